package dev.tokenring.llm.model;

import java.util.List;

/**
 * Positions told by rotation: number i of a head and number i + half, of the part that rotates, are turned together by
 * position × frequency i.
 *
 * @param headSize the numbers of a head
 * @param frequencies radians a position, one for each pair; twice as many numbers, at the head's beginning, rotate
 * @param amplitude by which what is rotated is multiplied; 1 for most
 * @see <a href="https://arxiv.org/abs/2104.09864">Su et al., RoFormer, 2021</a>
 */
public record Rotary(int headSize, List<Double> frequencies, double amplitude) {
    /** Keeps the frequencies from changing. */
    public Rotary {
        frequencies = List.copyOf(frequencies);
    }
}

package dev.tokenring.benchmarks.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PromptsTest {
    @Test
    void theSameSeedGivesTheSamePrompts() {
        assertThat(new Prompts(7).next(4, 6))
                .usingElementComparator(Arrays::compare)
                .isEqualTo(new Prompts(7).next(4, 6));
    }

    @Test
    void everyModelKnowsTheirTokens() {
        for (int[] prompt : new Prompts(1).next(100, 16)) {
            assertThat(Arrays.stream(prompt)).allSatisfy(id -> assertThat(id).isBetween(16, 4095));
        }
    }

    @Test
    void noneBeginsLikeAnother() {
        var prompts = new Prompts(1);
        List<int[]> first = prompts.next(16, 16);
        List<int[]> second = prompts.next(16, 16);
        Set<List<Integer>> beginnings = List.of(first, second).stream()
                .flatMap(List::stream)
                .map(prompt -> List.of(prompt[0], prompt[1]))
                .collect(Collectors.toSet());

        assertThat(beginnings).hasSize(32);
    }
}

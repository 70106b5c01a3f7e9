package dev.tokenring.benchmarks.ratio;

import dev.tokenring.benchmarks.measure.Figure;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was found about a row.
 *
 * @param name the row's name
 * @param promise the row's promise
 * @param bar what had to be reached
 * @param ours what was measured of this project
 * @param reference what it is compared with; null if with nothing
 * @param ratios what is compared with the bar: one for each pair of JVMs that ran one after the other
 */
public record Comparison(
        String name,
        String promise,
        Bar bar,
        Figure ours,
        @Nullable Figure reference,
        List<Double> ratios) {
    /** The ratio in the middle, which counts. */
    public double ratio() {
        return Figure.median(ratios);
    }

    /** The lowest ratio of a pair. */
    public double lowest() {
        return Collections.min(ratios);
    }

    /** The highest ratio of a pair. */
    public double highest() {
        return Collections.max(ratios);
    }

    /** The ratio of the pair that was furthest from what is wanted. */
    double worst() {
        return bar.wantsMore() ? lowest() : highest();
    }

    /** Whether the promise was kept. */
    public boolean isMet() {
        return bar.isMetBy(ratio());
    }
}

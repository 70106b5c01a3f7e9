package dev.tokenring.benchmarks.ratio;

import dev.tokenring.benchmarks.measure.Setting;
import org.jspecify.annotations.Nullable;

/**
 * A promise about performance that is checked.
 *
 * @param name what it is called on the command line
 * @param promise the promise in words
 * @param bar what has to be reached
 * @param ours what is measured of this project
 * @param reference what it is compared with; null if with nothing
 * @param quick whether it is one of those that are checked when there is little time
 */
record Row(
        String name,
        String promise,
        Bar bar,
        Setting ours,
        @Nullable Setting reference,
        boolean quick) {}

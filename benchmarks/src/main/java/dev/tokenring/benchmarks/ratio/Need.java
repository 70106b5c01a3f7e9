package dev.tokenring.benchmarks.ratio;

import org.jspecify.annotations.Nullable;

/** What a row wants of the machine or of the JVM beyond what all do. */
@FunctionalInterface
interface Need {
    /** Nothing: the row can be run anywhere. */
    Need NOTHING = () -> null;

    /** What is missing here, to be read after "needs"; null if nothing is. */
    @Nullable String missing();
}

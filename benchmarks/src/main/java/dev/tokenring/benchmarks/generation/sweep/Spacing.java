package dev.tokenring.benchmarks.generation.sweep;

import java.util.Random;

/** When requests come whose number in a second is given. */
public enum Spacing {
    /** As those of many people who know nothing of each other: now together, now none for a while. */
    POISSON {
        @Override
        double gap(Random random) {
            return -Math.log(1 - random.nextDouble());
        }
    },

    /** Each as long after the one before. */
    EVEN {
        @Override
        double gap(Random random) {
            return 1;
        }
    };

    /** The time to the next request, in mean times. */
    abstract double gap(Random random);
}

package dev.tokenring.benchmarks.generation.sweep;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * The requests of a run, all drawn from one seed before it begins: so each policy gets the same ones at the same times, and
 * at each rate they want the same.
 *
 * @param spacing when they come
 * @param seed what they are drawn from
 */
record Workload(Spacing spacing, long seed) {
    static final int LEAST_TOKENS = 8;
    static final int MOST_TOKENS = 64;

    /** The requests of so many nanoseconds. */
    List<Arrival> at(double ratePerS, long spanNs) {
        var gaps = new Random(seed);
        var wishes = new Random(seed + 1);
        double meanNs = TimeUnit.SECONDS.toNanos(1) / ratePerS;
        List<Arrival> arrivals = new ArrayList<>();
        for (double due = 0; due < spanNs; due += spacing.gap(gaps) * meanNs) {
            arrivals.add(next((long) due, wishes));
        }
        return arrivals;
    }

    /** So many requests, of which each comes when the one before is answered. */
    List<Arrival> first(int count) {
        var wishes = new Random(seed + 1);
        List<Arrival> arrivals = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            arrivals.add(next(0, wishes));
        }
        return arrivals;
    }

    private static Arrival next(long dueNs, Random wishes) {
        return new Arrival(dueNs, tokens(wishes), tokens(wishes), wishes.nextLong());
    }

    private static int tokens(Random wishes) {
        return LEAST_TOKENS + wishes.nextInt(MOST_TOKENS - LEAST_TOKENS + 1);
    }
}

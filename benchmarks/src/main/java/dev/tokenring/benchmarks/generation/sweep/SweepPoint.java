package dev.tokenring.benchmarks.generation.sweep;

import java.util.List;

/**
 * A policy at a rate.
 *
 * @param policy who is answered together with whom
 * @param times the rate, as a multiple of what is answered one at a time
 * @param ratePerS requests per second
 * @param rounds what was seen, once for each JVM
 */
public record SweepPoint(Policy policy, double times, double ratePerS, List<Served> rounds) {}

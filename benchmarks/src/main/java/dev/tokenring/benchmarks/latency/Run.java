package dev.tokenring.benchmarks.latency;

import dev.tokenring.benchmarks.peer.Peer;
import dev.tokenring.bus.WaitStrategy;

/**
 * What one JVM is to measure.
 *
 * @param peer who carries the messages
 * @param waitStrategy how the handler waits
 * @param ratePerS messages per second
 * @param warmupS seconds before the measurement
 * @param seconds of the measurement
 */
record Run(Peer peer, WaitStrategy waitStrategy, int ratePerS, int warmupS, int seconds) {}

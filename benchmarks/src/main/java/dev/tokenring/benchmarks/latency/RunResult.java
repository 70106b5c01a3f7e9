package dev.tokenring.benchmarks.latency;

/**
 * What a run found.
 *
 * @param latencies from the time at which each message was due to the handler
 * @param hiccups of the machine meanwhile
 * @param sustained whether the rate was kept up: among the last hundredth of the messages, one at least was handled less than
 *     {@value LatencyRun#BEHIND_MS} ms after it was due. If either side is too slow, each message is later than the one
 *     before
 */
record RunResult(Percentiles latencies, Percentiles hiccups, boolean sustained) {}

/** How long messages take that come at a fixed rate: percentiles from the time at which each was due. */
@NullMarked
package dev.tokenring.benchmarks.latency;

import org.jspecify.annotations.NullMarked;

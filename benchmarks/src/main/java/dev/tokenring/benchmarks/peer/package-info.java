/**
 * Ways to carry messages between threads, each in its own best configuration, behind a facade for each job: {@link
 * dev.tokenring.benchmarks.peer.Lane}, {@link dev.tokenring.benchmarks.peer.InPlaceLane} and {@link
 * dev.tokenring.benchmarks.peer.Caller}. Who does a job is named in an enum, the only place that a new peer changes.
 */
@NullMarked
package dev.tokenring.benchmarks.peer;

import org.jspecify.annotations.NullMarked;

/** Runs settings of the benchmarks, each in JVMs of their own, and keeps what was measured: what tables and charts are made of. */
@NullMarked
package dev.tokenring.benchmarks.measure;

import org.jspecify.annotations.NullMarked;

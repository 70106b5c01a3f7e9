/** JMH benchmarks. */
@NullMarked
package dev.tokenring.benchmarks;

import org.jspecify.annotations.NullMarked;

/** JMH benchmarks: the bus beside its peers, each behind the same facade, in the same run. */
@NullMarked
package dev.tokenring.benchmarks;

import org.jspecify.annotations.NullMarked;

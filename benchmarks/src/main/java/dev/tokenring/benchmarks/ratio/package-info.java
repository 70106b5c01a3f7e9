/** The bars: ours beside a reference, in turn, and whether the ratio is what was promised. */
@NullMarked
package dev.tokenring.benchmarks.ratio;

import org.jspecify.annotations.NullMarked;

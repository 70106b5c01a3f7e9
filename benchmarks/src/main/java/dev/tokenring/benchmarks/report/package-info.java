/** The page of figures: measures what its charts show, and writes tables, charts and what they mean. */
@NullMarked
package dev.tokenring.benchmarks.report;

import org.jspecify.annotations.NullMarked;

/**
 * Language models under load: this project's engine and others that generate, each behind one facade, {@link
 * dev.tokenring.benchmarks.generation.Generator}.
 */
@NullMarked
package dev.tokenring.benchmarks.generation;

import org.jspecify.annotations.NullMarked;

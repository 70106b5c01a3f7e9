/**
 * Requests to a language model that come at a rate of their own, whether it keeps up or not: what its users see of it, by the
 * rate and by who is answered together with whom.
 */
@NullMarked
package dev.tokenring.benchmarks.generation.sweep;

import org.jspecify.annotations.NullMarked;

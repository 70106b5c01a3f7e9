/** Slots, claims, gating: all that touches the Disruptor. */
@NullMarked
package dev.tokenring.bus.ring;

import org.jspecify.annotations.NullMarked;

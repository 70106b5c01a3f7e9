package dev.tokenring.bus.violations.spi;

import dev.tokenring.bus.ring.Ring;

/** What a class of those that others implement must not know. */
interface BreaksSpi {
    void knowsARoom(Ring<?> ring);
}

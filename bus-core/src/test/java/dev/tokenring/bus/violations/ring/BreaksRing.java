package dev.tokenring.bus.violations.ring;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.failure.Guard;

/** What a class of the ring must not know. */
interface BreaksRing {
    void knowsAnotherRoom(Guard guard);

    void knowsTheMachineryOfTheFace(Bus bus);
}

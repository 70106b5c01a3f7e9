package dev.tokenring.bus.violations.inspect;

import dev.tokenring.bus.failure.DeadLetters;

/** What a class of the view from outside must not know. */
interface BreaksInspect {
    void knowsAnotherRoom(DeadLetters box);
}

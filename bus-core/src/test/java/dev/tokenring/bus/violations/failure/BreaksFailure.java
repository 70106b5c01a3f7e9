package dev.tokenring.bus.violations.failure;

import dev.tokenring.bus.dispatch.BusThread;

/** What a class of the failures must not know. */
interface BreaksFailure {
    void knowsAnotherRoom(BusThread thread);
}

package dev.tokenring.bus.violations.failure;

import dev.tokenring.bus.dispatch.Loop;

/** What a class of the failures must not know. */
interface BreaksFailure {
    void knowsAnotherRoom(Loop loop);
}

package dev.tokenring.bus.violations.request;

import dev.tokenring.bus.ring.Ring;

/** What a class of the requests must not know. */
interface BreaksRequest {
    void knowsAnotherRoom(Ring<?> ring);
}

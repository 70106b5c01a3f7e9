package dev.tokenring.bus.soak;

/** Somebody who does things to the bus of a {@link Round}, on a thread of its own. */
interface Participant {
    /** Acts, until it has done enough or the bus is closed. */
    void act() throws Exception;
}

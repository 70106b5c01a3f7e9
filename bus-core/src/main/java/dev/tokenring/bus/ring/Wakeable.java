package dev.tokenring.bus.ring;

/** Somebody who may be asleep, waiting for messages of a ring. */
@FunctionalInterface
public interface Wakeable {
    /** Wakes the sleeper; costs one read if it is awake. Called by publishers, after a full fence. */
    void wake();
}

package dev.tokenring.benchmarks.generation.sweep;

/**
 * What became of a request. Times count from when it was to be made, so whatever held up the one who makes them shows in all
 * that were made late because of it (coordinated omission).
 *
 * @param arrival the request
 * @param end how it ended
 * @param firstTokenNs when its first token came; negative if none did
 * @param lastTokenNs when its last token came; negative if none did
 * @param tokens how many came
 * @param endNs when it ended
 */
record Answer(Arrival arrival, End end, long firstTokenNs, long lastTokenNs, int tokens, long endNs) {
    /** How a request may end; every other end fails the run. */
    enum End {
        /** It has all its tokens. */
        ANSWERED,

        /** It was told that there is too much to do. */
        TURNED_AWAY,

        /** Its deadline passed. */
        TOO_LATE
    }

    boolean hasBegun() {
        return firstTokenNs >= 0;
    }

    /** When it ended, from the beginning of the run. */
    long endOfRunNs() {
        return arrival.dueNs() + endNs;
    }

    /** The time of a token after the first. */
    double perTokenNs() {
        return (double) (lastTokenNs - firstTokenNs) / (tokens - 1);
    }
}

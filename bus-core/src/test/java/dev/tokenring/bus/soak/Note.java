package dev.tokenring.bus.soak;

/**
 * What a {@link Teller} tells.
 *
 * @param teller who tells it
 * @param number grows by one with each note of the teller
 * @param failures how often a handler stumbles over it before it can be handled
 * @param mended whether it is the mended message of a dead letter, which nobody stumbles over
 */
record Note(int teller, int number, int failures, boolean mended) {
    private static final int KEYS = 5;
    private static final int HOPELESS = Integer.MAX_VALUE;

    /** A note that is usually harmless, sometimes has to be tried again, and sometimes is hopeless. */
    static Note of(int teller, int number) {
        return new Note(teller, number, number % 29 == 3 ? HOPELESS : number % 11 == 7 ? 1 + number % 2 : 0, false);
    }

    int key() {
        return number * 7 % 31 % KEYS;
    }

    Note mend() {
        return new Note(teller, number, 0, true);
    }

    /** The same for a mended note. */
    long id() {
        return (long) teller << 32 | number;
    }

    @Override
    public String toString() {
        return (mended ? "mended " : "") + teller + "/" + number;
    }
}

package dev.tokenring.llm.constraint;

/** A set of token ids. Immutable once it is given out, and then safe for use by any thread. */
public final class TokenSet {
    private final long[] words;
    private int size;

    TokenSet(int vocabularySize) {
        words = new long[(vocabularySize + 63) >> 6];
    }

    void add(int id) {
        long bit = 1L << id;
        if ((words[id >> 6] & bit) == 0) {
            words[id >> 6] |= bit;
            size++;
        }
    }

    /** How many ids are in it. */
    public int size() {
        return size;
    }

    /** Whether an id is in it. */
    public boolean contains(int id) {
        return id >= 0 && id >> 6 < words.length && (words[id >> 6] & (1L << id)) != 0;
    }

    /** The first id in it from this one on, or -1. */
    public int next(int from) {
        int word = from >> 6;
        if (word >= words.length) {
            return -1;
        }
        long rest = words[word] & (-1L << from);
        while (rest == 0) {
            if (++word == words.length) {
                return -1;
            }
            rest = words[word];
        }
        return (word << 6) + Long.numberOfTrailingZeros(rest);
    }

    int sizeBytes() {
        return 64 + 8 * words.length;
    }
}

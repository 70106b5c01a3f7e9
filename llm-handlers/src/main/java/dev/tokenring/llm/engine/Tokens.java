package dev.tokenring.llm.engine;

import java.util.Arrays;

/** Token ids, one after the other, that become more. For one thread. */
final class Tokens {
    private int[] ids;
    private int size;

    Tokens(int[] ids) {
        this.ids = ids.clone();
        this.size = ids.length;
    }

    int size() {
        return size;
    }

    void add(int id) {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, size + size / 2 + 16);
        }
        ids[size++] = id;
    }

    /** The ids from one place up to, and without, another. */
    int[] slice(int from, int to) {
        return Arrays.copyOfRange(ids, from, to);
    }

    /** With how many of the other's first ids these begin, as far as the first so many go. */
    int sharedWith(Tokens other, int limit) {
        int compared = Math.min(limit, Math.min(size, other.size));
        int mismatch = Arrays.mismatch(ids, 0, compared, other.ids, 0, compared);
        return mismatch < 0 ? compared : mismatch;
    }
}

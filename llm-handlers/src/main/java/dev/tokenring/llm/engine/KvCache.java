package dev.tokenring.llm.engine;

/** The keys and values of one sequence of tokens. For the thread that computes steps. */
interface KvCache extends AutoCloseable {
    /** How many tokens it stands for. */
    int length();

    /** How many tokens it has room for. */
    int capacity();

    /** Makes room for so many tokens altogether; what is there stays. */
    void ensureCapacity(int tokens);

    /**
     * Makes a cache that begins as this one does: what sequences share is computed once.
     *
     * @param length how many tokens they share, at most {@link #length()}
     * @param capacityTokens for how many tokens the copy is to have room, at least
     */
    KvCache copyOf(int length, int capacityTokens);

    /** Forgets all tokens but the first so many. */
    void truncate(int length);

    /** Frees its memory. */
    @Override
    void close();
}

package dev.tokenring.llm.engine;

import java.util.List;

/** Computes the steps of one model, on one device. For one thread at a time. */
interface StepModel extends AutoCloseable {
    /** How many logits a token has. */
    int vocabularySize();

    /** How many tokens one sequence may have. */
    int contextLength();

    /** How much memory a token's keys and values take, in bytes. */
    long cacheBytesPerToken();

    /** How much memory caches may take together unless somebody says otherwise, in bytes. */
    long memoryForCaches();

    /** How many tokens a cache takes memory for that is to have room for so many; more tokens never take less. */
    int cacheCapacity(int tokens);

    /** Makes an empty cache that has room for so many tokens, or more. */
    KvCache newCache(int capacityTokens);

    /** One forward pass over all chunks together: appends each one's tokens to its cache, and gives what it wants. */
    void step(List<Chunk> chunks);

    /** Frees all native memory. */
    @Override
    void close();
}

package dev.tokenring.llm.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * A model that costs nothing but virtual time. Its next token is a function of all tokens that went into the cache, so a
 * cache that holds anything else shows. It counts what it computes, and never lets caches grow beyond the limit.
 */
final class FakeModel implements StepModel {
    static final int VOCABULARY = 97;

    private static final int LEAST_CAPACITY = 16;

    private final int contextLength;
    private final long limitTokens;
    private final long stepNs;
    private final long tokenNs;
    private final List<Cache> open = new ArrayList<>();

    long nowNs;
    long stepBeganNs;
    int steps;
    long tokensComputed;
    int largestBatch;
    int largestStep;
    long mostCapacity;
    boolean closed;
    /** Whether a step, by its number, fails. */
    IntPredicate failing = step -> false;

    FakeModel(int contextLength, long limitTokens, long stepNs, long tokenNs) {
        this.contextLength = contextLength;
        this.limitTokens = limitTokens;
        this.stepNs = stepNs;
        this.tokenNs = tokenNs;
    }

    /** What the model says after tokens. */
    static int next(int[] ids, int length) {
        int hash = 17;
        for (int i = 0; i < length; i++) {
            hash = hash * 31 + ids[i] + 1;
        }
        return Math.floorMod(hash * 0x9E3779B9, VOCABULARY);
    }

    /** What a sequence alone comes to: so many tokens after a prompt. */
    static List<Integer> alone(int[] prompt, int tokens) {
        int[] ids = Arrays.copyOf(prompt, prompt.length + tokens);
        for (int i = prompt.length; i < ids.length; i++) {
            ids[i] = next(ids, i);
        }
        return Arrays.stream(ids, prompt.length, ids.length).boxed().toList();
    }

    int openCaches() {
        return open.size();
    }

    @Override
    public int vocabularySize() {
        return VOCABULARY;
    }

    @Override
    public int contextLength() {
        return contextLength;
    }

    @Override
    public long cacheBytesPerToken() {
        return 10;
    }

    @Override
    public long memoryForCaches() {
        return 1L << 30;
    }

    @Override
    public int cacheCapacity(int tokens) {
        int power = Math.max(LEAST_CAPACITY, Integer.highestOneBit(Math.max(1, tokens - 1)) << 1);
        return Math.min(power, contextLength);
    }

    @Override
    public KvCache newCache(int capacityTokens) {
        return new Cache(new int[cacheCapacity(capacityTokens)], 0);
    }

    @Override
    public void step(List<Chunk> chunks) {
        stepBeganNs = nowNs;
        steps++;
        int tokens = chunks.stream().mapToInt(chunk -> chunk.ids().length).sum();
        tokensComputed += tokens;
        largestBatch = Math.max(largestBatch, chunks.size());
        largestStep = Math.max(largestStep, tokens);
        nowNs += stepNs + tokens * tokenNs;
        assertThat(chunks.stream().map(Chunk::cache)).doesNotHaveDuplicates();
        if (failing.test(steps)) {
            throw new IllegalStateException("step " + steps + " failed");
        }
        chunks.forEach(FakeModel::compute);
    }

    private static void compute(Chunk chunk) {
        Cache cache = (Cache) chunk.cache();
        assertThat(cache.isOpen).isTrue();
        int rows = chunk.wanted() == Chunk.Wanted.ALL ? chunk.ids().length : 1;
        float[] logits = new float[rows * VOCABULARY];
        for (int i = 0; i < chunk.ids().length; i++) {
            cache.ids[cache.length++] = chunk.ids()[i];
            int row = chunk.wanted() == Chunk.Wanted.ALL ? i : 0;
            if (chunk.wanted() == Chunk.Wanted.ALL || i == chunk.ids().length - 1) {
                logits[row * VOCABULARY + next(cache.ids, cache.length)] = 1;
            }
        }
        switch (chunk.wanted()) {
            case NONE -> {}
            case LIKELIEST -> chunk.answer(next(cache.ids, cache.length));
            case LAST, ALL -> chunk.answer(logits);
        }
    }

    @Override
    public void close() {
        assertThat(open).isEmpty();
        closed = true;
    }

    private final class Cache implements KvCache {
        private int[] ids;
        private int length;
        private boolean isOpen = true;

        Cache(int[] ids, int length) {
            this.ids = ids;
            this.length = length;
            open.add(this);
            long capacity = open.stream().mapToLong(cache -> cache.ids.length).sum();
            mostCapacity = Math.max(mostCapacity, capacity);
            assertThat(capacity).isLessThanOrEqualTo(limitTokens);
        }

        @Override
        public int length() {
            return length;
        }

        @Override
        public int capacity() {
            return ids.length;
        }

        @Override
        public void ensureCapacity(int tokens) {
            ids = Arrays.copyOf(ids, Math.max(tokens, ids.length));
        }

        @Override
        public KvCache copyOf(int shared, int capacityTokens) {
            assertThat(isOpen).isTrue();
            assertThat(shared).isLessThanOrEqualTo(length);
            return new Cache(Arrays.copyOf(Arrays.copyOf(ids, shared), cacheCapacity(capacityTokens)), shared);
        }

        @Override
        public void truncate(int shorter) {
            length = shorter;
        }

        @Override
        public void close() {
            assertThat(isOpen).isTrue();
            isOpen = false;
            open.remove(this);
        }
    }
}

package dev.tokenring.llm.engine;

import dev.tokenring.llm.engine.CachePool.Beginning;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who has memory for keys and values. Where it is short, first go the beginnings that are only kept, then the caches of
 * parked sequences, then those of sequences that matter less than the one in need: the lowest priority first, and of these
 * the latest. Who loses a cache computes it again. Since the one that came first among those of the highest priority never
 * has to give way, something always moves on. For the thread that computes.
 */
final class Memory {
    /** How many tokens more than it has a sequence gets room for, so that it does not grow with each step. */
    private static final int GROWTH = 64;

    private final CachePool pool;
    private final Places places;

    Memory(CachePool pool, Places places) {
        this.pool = pool;
        this.places = places;
    }

    /** Gives a sequence that waits a cache, if it has none; false if there is no memory that it may have. */
    boolean provide(Sequence next) {
        if (next.cache != null) {
            return true;
        }
        int capacity = capacityFor(next, GROWTH);
        beginningFor(next); // which makes it the last to go
        if (!makeRoom(capacity, next, other -> places.isWaiting(other) || other.priority < next.priority)) {
            return false;
        }
        Beginning beginning = beginningFor(next);
        next.cache = beginning == null
                ? pool.newCache(capacity)
                : pool.copy(beginning.cache(), beginning.length(), capacity);
        return true;
    }

    /**
     * Sees to it that a running sequence has room for its next token.
     *
     * @return false if it can't be had: the sequence waits now, without a cache
     */
    boolean extend(Sequence running) {
        KvCache cache = running.cache;
        if (cache == null || running.tokens.size() <= cache.capacity()) {
            return true;
        }
        int generous = capacityFor(running, Math.max(GROWTH, running.tokens.size() / 2));
        int needed = capacityFor(running, 0);
        if (makeRoom(generous, running, running::outranks)) {
            running.cache = pool.grown(cache, generous);
        } else if (makeRoom(needed, running, running::outranks)) {
            running.cache = pool.grown(cache, needed);
        } else {
            places.takePlaceOf(running);
            drop(running);
            return false;
        }
        return true;
    }

    private int capacityFor(Sequence sequence, int more) {
        return pool.capacityFor(Math.min(sequence.limit, sequence.tokens.size() + more));
    }

    /** Frees room for so many tokens, or leaves all as it is. */
    private boolean makeRoom(int tokens, Sequence needing, Predicate<Sequence> mayLose) {
        if (pool.freeTokens() >= tokens) {
            return true;
        }
        List<Sequence> losers = places.all().stream()
                .filter(other -> other != needing && other.cache != null)
                .filter(other -> places.isParked(other) || mayLose.test(other))
                .sorted(Sequence.BY_WEAKNESS)
                .sorted((one, other) -> Boolean.compare(places.isParked(other), places.isParked(one)))
                .toList();
        long held = losers.stream().mapToLong(Sequence::heldCapacity).sum();
        if (pool.freeTokens() + pool.keptTokens() + held < tokens) {
            return false;
        }
        while (pool.freeTokens() < tokens && pool.dropOldest()) {
            // what is only kept goes first
        }
        for (Sequence loser : losers) {
            if (pool.freeTokens() >= tokens) {
                break;
            }
            if (places.isRunning(loser)) {
                places.takePlaceOf(loser);
            }
            drop(loser);
        }
        return true;
    }

    /** Takes a sequence's cache away, which it has to compute again. */
    void drop(Sequence sequence) {
        KvCache cache = sequence.cache;
        if (cache != null) {
            sequence.cache = null;
            pool.close(cache);
        }
    }

    /** Keeps the cache of a sequence that has ended, for those that begin as it did. */
    void keep(Sequence ended) {
        KvCache cache = ended.cache;
        if (cache != null) {
            ended.cache = null;
            pool.keep(ended.tokens, cache);
        }
    }

    void forgetKept() {
        while (pool.dropOldest()) {
            // all of them
        }
    }

    /**
     * Whether a running sequence is at computing what another one begins with too, so that it can be copied soon. One of
     * lower priority is not waited for.
     */
    boolean isBeingComputedFor(Sequence next) {
        if (next.cache != null || next.work.wanted() == Chunk.Wanted.ALL) {
            return false;
        }
        Sequence awaited = next.awaited;
        if (awaited != null && isAt(awaited, next, next.awaitedTokens, 0)) {
            return true; // as before: many may wait for one, and need not compare themselves with all in every step
        }
        next.awaited = null;
        Beginning best = beginningFor(next);
        int there = best == null ? 0 : best.length();
        for (Sequence one : places.running()) {
            int shared = one.tokens.sharedWith(next.tokens, next.tokens.size() - 1);
            if (isAt(one, next, shared, there)) {
                next.awaited = one;
                next.awaitedTokens = shared;
                return true;
            }
        }
        return false;
    }

    /** Whether a sequence is at computing so many tokens for another one too, which has some of them already. */
    private boolean isAt(Sequence one, Sequence next, int shared, int there) {
        return one.priority >= next.priority
                && one.pending() > 1
                && shared >= Math.max(there, one.computed()) + CachePool.WORTH_SHARING
                && places.isRunning(one);
    }

    /** The cache that has most of a sequence's first tokens; its last token is to be computed in any case. */
    private @Nullable Beginning beginningFor(Sequence next) {
        if (next.work.wanted() == Chunk.Wanted.ALL) {
            return null;
        }
        int atMost = next.tokens.size() - 1;
        Beginning best = pool.bestFor(next.tokens, atMost);
        for (Sequence one : places.all()) {
            if (one != next && one.cache != null) {
                int shared = next.tokens.sharedWith(one.tokens, Math.min(atMost, one.cache.length()));
                if (shared >= (best == null ? CachePool.WORTH_SHARING : best.length() + 1)) {
                    best = new Beginning(one.cache, shared);
                }
            }
        }
        return best;
    }
}

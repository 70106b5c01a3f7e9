package dev.tokenring.llm.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The memory for keys and values: who asks for a cache gets it within the budget or not at all. What is left of it holds
 * the caches of sequences that have ended, as beginnings for those to come; the one that was of use longest ago goes first.
 * For the thread that computes.
 */
final class CachePool {
    /** Below this, a copy costs more than it saves. */
    static final int WORTH_SHARING = 8;

    private static final int MOST_KEPT = 64;

    private final StepModel model;
    private final long limitTokens;
    private long usedTokens;
    private final Deque<Kept> kept = new ArrayDeque<>();
    private long keptTokens;

    /** The first tokens of a cache, which another one may begin with. */
    record Beginning(KvCache cache, int length) {}

    /** What an ended sequence has left; the most useful stands first. */
    private record Kept(Tokens tokens, KvCache cache) {}

    CachePool(StepModel model, long limitBytes) {
        this.model = model;
        this.limitTokens = limitBytes / model.cacheBytesPerToken();
    }

    /** How many tokens a single sequence may have, if it has all the memory. */
    int mostTokens() {
        int fits = 0;
        int tooMany = model.contextLength() + 1;
        while (tooMany - fits > 1) {
            int middle = (fits + tooMany) >>> 1;
            if (model.cacheCapacity(middle) <= limitTokens) {
                fits = middle;
            } else {
                tooMany = middle;
            }
        }
        return fits;
    }

    /** How many tokens the caches have room for, those included that are kept. */
    long usedTokens() {
        return usedTokens;
    }

    long limitTokens() {
        return limitTokens;
    }

    long freeTokens() {
        return limitTokens - usedTokens;
    }

    /** How many tokens could be had by letting go of what is kept. */
    long keptTokens() {
        return keptTokens;
    }

    /** The capacity that a cache gets which is to have room for so many tokens. */
    int capacityFor(int tokens) {
        return model.cacheCapacity(tokens);
    }

    /** Makes an empty cache. There must be as many free tokens. */
    KvCache newCache(int capacity) {
        return counted(model.newCache(capacity));
    }

    /** Makes a cache that begins like another one. There must be as many free tokens. */
    KvCache copy(KvCache source, int length, int capacity) {
        return counted(source.copyOf(length, capacity));
    }

    private KvCache counted(KvCache cache) {
        usedTokens += cache.capacity();
        return cache;
    }

    /** Gives a larger cache in the place of one that is full. There must be as many free tokens as the larger one gets. */
    KvCache grown(KvCache cache, int capacity) {
        KvCache larger = copy(cache, cache.length(), capacity);
        close(cache);
        return larger;
    }

    void close(KvCache cache) {
        usedTokens -= cache.capacity();
        cache.close();
    }

    /** Takes the cache of a sequence that has ended; those that are a part of it go. */
    void keep(Tokens tokens, KvCache cache) {
        int length = cache.length();
        for (Iterator<Kept> others = kept.iterator(); others.hasNext(); ) {
            Kept other = others.next();
            int shared = tokens.sharedWith(other.tokens, Math.min(length, other.cache.length()));
            if (shared == length) {
                close(cache);
                return;
            }
            if (shared == other.cache.length()) {
                others.remove();
                letGo(other);
            }
        }
        if (length < WORTH_SHARING) {
            close(cache);
            return;
        }
        kept.addFirst(new Kept(tokens, cache));
        keptTokens += cache.capacity();
        if (kept.size() > MOST_KEPT) {
            dropOldest();
        }
    }

    /** The kept cache that has most of these first tokens, which becomes the last to be let go; null if none has enough. */
    @Nullable Beginning bestFor(Tokens tokens, int atMost) {
        Beginning best = null;
        Kept owner = null;
        for (Kept one : kept) {
            int shared = tokens.sharedWith(one.tokens, Math.min(atMost, one.cache.length()));
            if (shared >= (best == null ? WORTH_SHARING : best.length() + 1)) {
                best = new Beginning(one.cache, shared);
                owner = one;
            }
        }
        if (owner != null) {
            kept.remove(owner);
            kept.addFirst(owner);
        }
        return best;
    }

    /** Lets go of what was of use longest ago; false if nothing is kept. */
    boolean dropOldest() {
        Kept oldest = kept.pollLast();
        if (oldest == null) {
            return false;
        }
        letGo(oldest);
        return true;
    }

    private void letGo(Kept one) {
        keptTokens -= one.cache.capacity();
        close(one.cache);
    }
}

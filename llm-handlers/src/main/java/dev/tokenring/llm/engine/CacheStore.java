package dev.tokenring.llm.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.tokenring.llm.model.ModelFamily;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The caches of all sequences, in slabs: a slab has slots of one capacity, a power of two, so that the caches of sequences
 * of like length lie side by side and one call can attend to all of them.
 *
 * <pre>
 *   slab of 64     | a | b | c |   |   …      a to c: one call; each up to the longest of the three
 *   slab of 128    | d |   | e |   …          d and e: a call each, for there is a gap
 * </pre>
 *
 * <p>A slab is no larger than {@value #SLAB_BYTES} bytes, unless one slot is. Memory is touched when a slot is first used.
 * Where the slots of two slabs are free, of one capacity, the caches of the emptiest slab move, and it is freed: so what is
 * taken is what the caches need and two slabs more, of each capacity. For one thread at a time.
 */
final class CacheStore {
    private static final int LEAST_CAPACITY = 32;
    private static final int MOST_SLOTS = 32;
    private static final long SLAB_BYTES = 64L << 20;

    private final TorchModule module;
    private final ModelFamily family;
    private final Arithmetic.Numbers number;
    private final Map<Integer, List<Slab>> slabsByCapacity = new TreeMap<>();

    CacheStore(TorchModule module, ModelFamily family, Arithmetic.Numbers number) {
        this.module = module;
        this.family = family;
        this.number = number;
    }

    long bytesPerToken() {
        return 2L * family.layers() * family.cachedHeads() * family.headSize() * number.sizeBytes();
    }

    Cache newCache(int capacityTokens) {
        return new Cache(capacityTokens);
    }

    /** The capacity of the slot that a cache gets which is to have room for so many tokens. */
    int capacityFor(int tokens) {
        if (tokens > family.contextLength()) {
            throw new IllegalArgumentException("a cache for " + tokens
                    + " tokens is asked for, but the context has room for " + family.contextLength());
        }
        int power = Math.max(LEAST_CAPACITY, Integer.highestOneBit(Math.max(1, tokens - 1)) << 1);
        return Math.min(power, family.contextLength());
    }

    private Slab slabWithRoom(int capacity) {
        List<Slab> slabs = slabsByCapacity.computeIfAbsent(capacity, key -> new ArrayList<>());
        for (Slab slab : slabs) {
            if (slab.free() > 0) {
                return slab;
            }
        }
        var slab = new Slab(capacity);
        slabs.add(slab);
        return slab;
    }

    /** Frees a slab if there are so many free slots that the others could do without two. */
    private static void freeOneOf(List<Slab> slabs) {
        int free = slabs.stream().mapToInt(Slab::free).sum();
        if (free < 2 * slabs.get(0).slots) {
            return;
        }
        Slab emptiest = slabs.stream().max(Comparator.comparingInt(Slab::free)).orElseThrow();
        slabs.remove(emptiest);
        for (Cache cache : emptiest.caches) {
            if (cache != null) {
                cache.moveToOneOf(slabs);
            }
        }
        emptiest.array.close();
    }

    /** Some slots in one piece of memory. */
    final class Slab {
        private final int capacity;
        private final int slots;
        private final NDArray array;
        private final Cache[] caches;
        private int used;
        private final BitSet wiped = new BitSet();

        private Slab(int capacity) {
            this.capacity = capacity;
            this.slots = (int) Math.max(1, Math.min(MOST_SLOTS, SLAB_BYTES / (capacity * bytesPerToken())));
            this.caches = new Cache[slots];
            this.array = allocate();
            array.setName("c[]");
        }

        /** Of numbers that DJL may not know: it must not be asked what they are. */
        private NDArray allocate() {
            try (NDManager scope = module.manager().newSubManager()) {
                NDArray sizes = scope.create(
                        new long[] {family.layers(), 2, slots, family.cachedHeads(), capacity, family.headSize()});
                NDArray allocated = module.call(scope, "slab", sizes);
                allocated.attach(module.manager());
                return allocated;
            }
        }

        NDArray array() {
            return array;
        }

        /** What was never written may be no number, and would make nothing but more of it. */
        private int take(Cache cache) {
            int slot = Arrays.asList(caches).indexOf(null);
            caches[slot] = cache;
            used++;
            if (!wiped.get(slot)) {
                wiped.set(slot);
                wipe(slot);
            }
            return slot;
        }

        private void wipe(long slot) {
            try (NDManager scope = module.manager().newSubManager()) {
                module.call(scope, "wipe", scope.create(slot), array);
            }
        }

        private void giveBack(int slot) {
            caches[slot] = null;
            used--;
            freeOneOf(slabsByCapacity.getOrDefault(capacity, List.of()));
        }

        private int free() {
            return slots - used;
        }
    }

    /** A slot, which changes when the sequence outgrows it. */
    final class Cache implements KvCache {
        private Slab slab;
        private int slot;
        private int length;
        private boolean closed;

        private Cache(int capacityTokens) {
            slab = slabWithRoom(capacityFor(capacityTokens));
            slot = slab.take(this);
        }

        private void moveToOneOf(List<Slab> slabs) {
            Slab from = slab;
            int fromSlot = slot;
            slab = slabs.stream().filter(other -> other.free() > 0).findFirst().orElseThrow();
            slot = slab.take(this);
            copyFrom(from, fromSlot, length);
        }

        Slab slab() {
            return slab;
        }

        int slot() {
            return slot;
        }

        void grow(int tokens) {
            length += tokens;
        }

        @Override
        public int length() {
            return length;
        }

        @Override
        public int capacity() {
            return slab.capacity;
        }

        @Override
        public void ensureCapacity(int tokens) {
            if (tokens > capacity()) {
                Slab from = slab;
                int fromSlot = slot;
                slab = slabWithRoom(capacityFor(tokens));
                slot = slab.take(this);
                copyFrom(from, fromSlot, length);
                from.giveBack(fromSlot);
            }
        }

        @Override
        public KvCache copyOf(int tokens, int capacityTokens) {
            var copy = new Cache(Math.max(tokens, capacityTokens));
            copy.copyFrom(slab, slot, tokens);
            copy.length = tokens;
            return copy;
        }

        private void copyFrom(Slab from, int fromSlot, int tokens) {
            try (NDManager scope = module.manager().newSubManager()) {
                NDArray places = scope.create(new long[] {fromSlot, slot, tokens});
                module.call(scope, "copy", places, from.array, slab.array);
            }
        }

        @Override
        public void truncate(int tokens) {
            length = tokens;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                slab.giveBack(slot);
            }
        }
    }
}

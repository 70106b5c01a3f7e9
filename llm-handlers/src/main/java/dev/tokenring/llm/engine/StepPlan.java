package dev.tokenring.llm.engine;

import dev.tokenring.llm.engine.CacheStore.Cache;
import dev.tokenring.llm.engine.CacheStore.Slab;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How the chunks of a step become rows: those of one token first, in the order of their slots, so that neighbours share a
 * run; then the others, each a run of its own.
 */
final class StepPlan {
    /** How many numbers the table has for a run. */
    static final int ENTRIES = 5;

    private final List<Chunk> ordered;
    private final Map<Slab, Integer> places = new LinkedHashMap<>();
    private final List<Chunk> run = new ArrayList<>();
    private final long[] tokens;
    private final int rows;
    private final Rows scored;
    private final Rows chosen;
    private long[] table = new long[0];
    private int at;

    StepPlan(List<Chunk> chunks) {
        ordered = new ArrayList<>(chunks);
        ordered.sort(Comparator.comparing((Chunk chunk) -> chunk.ids().length > 1)
                .thenComparing(chunk -> cache(chunk).capacity())
                .thenComparing(chunk -> System.identityHashCode(cache(chunk).slab()))
                .thenComparing(chunk -> cache(chunk).slot()));
        rows = chunks.stream().mapToInt(chunk -> chunk.ids().length).sum();
        tokens = new long[2 * rows];
        scored = new Rows(rows);
        chosen = new Rows(rows);
        for (Chunk chunk : ordered) {
            if (!run.isEmpty() && !continuesRun(chunk)) {
                endRun();
            }
            run.add(chunk);
            addRows(chunk);
        }
        endRun();
    }

    private static Cache cache(Chunk chunk) {
        return (Cache) chunk.cache();
    }

    private boolean continuesRun(Chunk chunk) {
        Chunk last = run.get(run.size() - 1);
        return chunk.ids().length == 1
                && last.ids().length == 1
                && cache(last).slab() == cache(chunk).slab()
                && cache(last).slot() + 1 == cache(chunk).slot();
    }

    private void addRows(Chunk chunk) {
        int size = chunk.ids().length;
        for (int i = 0; i < size; i++) {
            tokens[at] = chunk.ids()[i];
            tokens[rows + at] = (long) chunk.cache().length() + i;
            boolean last = i == size - 1;
            switch (chunk.wanted()) {
                case NONE -> {}
                case LIKELIEST -> chosen.addIf(last, at);
                case LAST -> scored.addIf(last, at);
                case ALL -> scored.addIf(true, at);
            }
            at++;
        }
    }

    private void endRun() {
        Chunk first = run.get(0);
        Slab slab = cache(first).slab();
        int place = places.computeIfAbsent(slab, key -> places.size());
        int longest =
                run.stream().mapToInt(chunk -> chunk.cache().length()).max().orElseThrow();
        table = Arrays.copyOf(table, table.length + ENTRIES);
        long[] entry = {place, cache(first).slot(), run.size(), longest, first.ids().length};
        System.arraycopy(entry, 0, table, table.length - ENTRIES, ENTRIES);
        run.clear();
    }

    /** The chunks in the order of their rows. */
    List<Chunk> ordered() {
        return ordered;
    }

    /** Ids, then positions. */
    long[] tokens() {
        return tokens;
    }

    int rows() {
        return rows;
    }

    /** The rows after which logits are wanted. */
    long[] scored() {
        return scored.toArray();
    }

    /** The rows after which only the likeliest token is wanted. */
    long[] chosen() {
        return chosen.toArray();
    }

    /** For each run: the place of its slab, the first slot, how many, how many tokens the longest has, how many come. */
    long[] table() {
        return table;
    }

    int runs() {
        return table.length / ENTRIES;
    }

    /** The slabs at their places. */
    Iterable<Slab> slabs() {
        return places.keySet();
    }

    /** Some of the rows. */
    private static final class Rows {
        private final long[] places;
        private int size;

        Rows(int most) {
            places = new long[most];
        }

        void addIf(boolean wanted, int row) {
            if (wanted) {
                places[size++] = row;
            }
        }

        long[] toArray() {
            return Arrays.copyOf(places, size);
        }
    }
}

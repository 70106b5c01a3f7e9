package dev.tokenring.llm.engine;

import dev.tokenring.llm.EngineOptions;
import dev.tokenring.llm.FinishReason;
import dev.tokenring.llm.OverloadedException;
import dev.tokenring.llm.ParkPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Continuous batching: decides before each step who takes part in it, and with which tokens. For one thread; it neither
 * waits nor knows of any other.
 *
 * <pre>
 *              gets a place                reader has no room
 *   waiting --------------------> running ---------------------> parked
 *      ^                           |   |                           |
 *      |   a more important one    |   +--------> ended            |
 *      +----- takes the place -----+                               |
 *      |      or the memory             reader has room again      |
 *      +-----------------------------------------------------------+
 * </pre>
 *
 * <p>A sequence that waits gets a free place, the most urgent first; where there is none, that of a running one of lower
 * priority. In each step every running sequence that only needs its next token gets it, and what is left of the step's
 * tokens goes to prompts, in order of urgency. {@link UrgentRoom} tells what more is done for those that matter most, and
 * {@link Memory} who has to give memory to whom, and {@link Forecast} who is turned away because it would come too late.
 */
final class Scheduler {
    private static final int FAILED_STEPS = 3;

    private final StepModel model;
    private final EngineOptions options;
    private final LongSupplier clock;
    private final Gauge gauge;
    private final Runnable beforeComputing;
    private final CachePool pool;
    private final Places places;
    private final Memory memory;
    private final UrgentRoom urgentRoom;
    private final Forecast forecast = new Forecast();
    private final AtomicInteger failedSteps = new AtomicInteger();

    /**
     * Makes a scheduler without any sequence.
     *
     * @param limitBytes how much memory caches may take
     * @param clock the time in nanoseconds, which never jumps, from 0 on
     * @param beforeComputing run when it is known who takes part in a step and who is over, for to compute it takes a while
     */
    Scheduler(
            StepModel model,
            EngineOptions options,
            long limitBytes,
            LongSupplier clock,
            Gauge gauge,
            Runnable beforeComputing) {
        this.model = model;
        this.options = options;
        this.clock = clock;
        this.gauge = gauge;
        this.beforeComputing = beforeComputing;
        this.pool = new CachePool(model, limitBytes);
        this.places = new Places(options.maxBatchSize());
        this.memory = new Memory(pool, places);
        this.urgentRoom = new UrgentRoom(options.stepTokens());
    }

    /** How many tokens a sequence may have at most: the context is full then, or the memory. */
    int mostTokens() {
        return pool.mostTokens();
    }

    Places places() {
        return places;
    }

    CachePool pool() {
        return pool;
    }

    /** Whether none of the last steps worked. Safe for use by any thread. */
    boolean isFailing() {
        return failedSteps.get() >= FAILED_STEPS;
    }

    /** Takes a sequence in; it gets a place, waits, or is turned away, before the next step. */
    void add(Sequence sequence) {
        urgentRoom.arrived(sequence, clock.getAsLong());
        places.toWaiting(sequence);
    }

    /** Computes one step; false if there is nothing to compute. */
    boolean step() {
        long nowNs = clock.getAsLong();
        endThoseThatAreOver(nowNs);
        parkAndUnpark();
        admit(nowNs);
        turnAwayExcess(nowNs);
        boolean allHaveRoom = extendCaches();
        List<Sequence> stepping = new ArrayList<>();
        List<Chunk> chunks = compose(stepping, nowNs);
        if (chunks.isEmpty()) {
            // Who has given up its own memory, for there was no other, gets a place in the next.
            return !allHaveRoom;
        }
        beforeComputing.run();
        try {
            model.step(chunks);
        } catch (RuntimeException | Error e) {
            // Nobody can tell whose tokens did it, or what has become of the caches.
            stepping.forEach(sequence -> fail(sequence, e));
            failedSteps.incrementAndGet();
            return true;
        }
        failedSteps.set(0);
        stepped(stepping, chunks, nowNs);
        return true;
    }

    private void stepped(List<Sequence> stepping, List<Chunk> chunks, long beganNs) {
        long nowNs = clock.getAsLong();
        int answers = 0;
        int prompts = 0;
        int chosen = 0;
        for (int i = 0; i < chunks.size(); i++) {
            int length = chunks.get(i).ids().length;
            answers += length == 1 ? 1 : 0;
            prompts += length == 1 ? 0 : length;
            int before = stepping.get(i).tokens.size();
            take(stepping.get(i), chunks.get(i), nowNs);
            chosen += stepping.get(i).tokens.size() - before;
        }
        urgentRoom.stepped(answers + prompts, nowNs - beganNs);
        gauge.stepped(nowNs - beganNs, chunks.size(), prompts, chosen, places, pool);
    }

    // ---- who is over

    private void endThoseThatAreOver(long nowNs) {
        for (Sequence one : places.all()) {
            FinishReason reason = one.work.over();
            if (reason == null && nowNs >= one.deadlineNs) {
                reason = FinishReason.CANCELLED;
            }
            if (reason != null) {
                end(one, reason);
            }
        }
    }

    /** Ends everything, and frees all caches. */
    void close() {
        places.all().forEach(one -> end(one, FinishReason.CANCELLED));
        memory.forgetKept();
    }

    /** Fails everything, and frees all caches. */
    void close(Throwable cause) {
        places.all().forEach(one -> fail(one, cause));
        memory.forgetKept();
    }

    private void end(Sequence sequence, FinishReason reason) {
        places.remove(sequence);
        memory.keep(sequence);
        forecast.ended(sequence, reason != FinishReason.CANCELLED);
        gauge.ended(sequence, clock.getAsLong(), reason, null);
        sequence.work.end(reason);
    }

    private void fail(Sequence sequence, Throwable cause) {
        places.remove(sequence);
        memory.drop(sequence);
        gauge.ended(sequence, clock.getAsLong(), null, cause);
        sequence.work.fail(cause);
    }

    // ---- who has a place

    private void parkAndUnpark() {
        for (Sequence one : places.running()) {
            if (!one.work.hasRoom()) {
                places.toParked(one);
                if (options.parkPolicy() == ParkPolicy.DROP) {
                    memory.drop(one);
                }
            }
        }
        for (Sequence one : places.parked()) {
            if (one.work.hasRoom()) {
                places.toWaiting(one);
            }
        }
    }

    private void admit(long nowNs) {
        for (Sequence next : places.waiting()) {
            if (!places.hasPlaceFor(next)) {
                return;
            }
            if (!memory.isBeingComputedFor(next)) {
                if (!memory.provide(next)) {
                    return;
                }
                start(next, nowNs);
            }
        }
    }

    private void start(Sequence next, long nowNs) {
        places.remove(next);
        if (!next.started) {
            next.started = true;
            next.startedNs = nowNs;
            next.cachedTokens = next.tokens.size() - next.pending();
            next.work.begin(next.cachedTokens);
            forecast.started(nowNs, places.waitingCount() > 0);
        }
        places.toRunning(next);
    }

    /** Turns away whoever would be answered too late, and of those that are left the least important beyond the limit. */
    private void turnAwayExcess(long nowNs) {
        List<Sequence> fresh = new ArrayList<>();
        int ahead = 0;
        int free = places.free();
        for (Sequence one : places.waiting()) {
            if (one.awaited != null && free > 0) {
                free--; // it waits for what it shares with another, and not for a place
            } else if (one.started) {
                ahead++;
            } else if (forecast.isInTime(one, ahead, nowNs)) {
                fresh.add(one);
                ahead++;
            } else {
                fail(
                        one,
                        new OverloadedException("the model has too much to do to answer in the time that is left:"
                                + " ask again later, or give it more time"));
            }
        }
        fresh.sort(Sequence.BY_IMPORTANCE);
        for (Sequence least : fresh.subList(0, Math.max(0, fresh.size() - options.queueLimit()))) {
            fail(
                    least,
                    new OverloadedException("the queue is full: " + options.queueLimit()
                            + " requests wait for the model, and none of them gives way to this one;"
                            + " ask again later, or raise queueLimit of EngineOptions"));
        }
    }

    // ---- who takes part in a step

    /** Gives everybody room for a token, the strongest first; false if one has to wait for it. */
    private boolean extendCaches() {
        boolean all = true;
        for (Sequence one : places.running().stream()
                .sorted(Sequence.BY_WEAKNESS.reversed())
                .toList()) {
            all &= !places.isRunning(one) || memory.extend(one);
        }
        return all;
    }

    private List<Chunk> compose(List<Sequence> stepping, long nowNs) {
        List<Sequence> eligible = eligible();
        var chunks = new ArrayList<Chunk>();
        for (Sequence one : eligible) {
            if (one.pending() == 1) {
                add(one, 1, chunks, stepping);
            }
        }
        int answers = chunks.size();
        int prompts = 0;
        for (Sequence one : eligible) {
            int room = urgentRoom.promptTokens(one.priority, answers, nowNs) - prompts;
            if (one.pending() > 1 && room > 0) {
                int length = Math.min(room, one.pending());
                add(one, length, chunks, stepping);
                prompts += length;
            }
        }
        return chunks;
    }

    /** All that run, in order of urgency; while one is at its prompt, those of lower priority pause. */
    private List<Sequence> eligible() {
        List<Sequence> running =
                places.running().stream().sorted(Sequence.BY_URGENCY).toList();
        int least = running.stream()
                .filter(one -> one.generated() == 0)
                .mapToInt(one -> one.priority)
                .max()
                .orElse(Integer.MIN_VALUE);
        return running.stream().filter(one -> one.priority >= least).toList();
    }

    private static void add(Sequence one, int length, List<Chunk> chunks, List<Sequence> stepping) {
        int from = one.tokens.size() - one.pending();
        boolean last = length == one.pending();
        Chunk.Wanted wanted = last || one.work.wanted() == Chunk.Wanted.ALL ? one.work.wanted() : Chunk.Wanted.NONE;
        chunks.add(new Chunk(cacheOf(one), one.tokens.slice(from, from + length), wanted));
        stepping.add(one);
    }

    private static KvCache cacheOf(Sequence running) {
        @Nullable KvCache cache = running.cache;
        if (cache == null) {
            throw new IllegalStateException("a running sequence has no cache");
        }
        return cache;
    }

    private void take(Sequence one, Chunk chunk, long nowNs) {
        if (chunk.wanted() == Chunk.Wanted.NONE) {
            return;
        }
        int from = chunk.wanted() == Chunk.Wanted.ALL
                ? cacheOf(one).length() - chunk.ids().length
                : cacheOf(one).length() - 1;
        try {
            FinishReason reason = one.work.take(chunk, from, one.tokens);
            if (one.generated() == 1 && one.firstTokenNs == 0) {
                one.firstTokenNs = nowNs;
            }
            one.lastTokenNs = nowNs;
            if (reason != null) {
                end(one, reason);
            }
        } catch (RuntimeException | Error e) {
            fail(one, e);
        }
    }
}

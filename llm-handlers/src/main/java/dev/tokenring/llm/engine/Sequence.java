package dev.tokenring.llm.engine;

import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A prompt and what has been generated after it. What is to be computed next is always the same: the tokens that the cache
 * does not stand for yet. So a new prompt, the next token of an answer, and an answer whose cache was dropped are one
 * thing, and no state needs to be kept beside the tokens. For the thread that computes.
 */
final class Sequence {
    /** No deadline. */
    static final long NEVER = Long.MAX_VALUE;

    private static final long AS_IF_DUE_AFTER_NS = TimeUnit.SECONDS.toNanos(30);

    /**
     * Who gets a place first: the higher priority; who has had a place before; who is due first, where those without a
     * deadline count as due half a minute after they came, so that none is passed over for ever; who came first.
     */
    static final Comparator<Sequence> BY_URGENCY = Comparator.<Sequence>comparingInt(s -> s.priority)
            .reversed()
            .thenComparing(s -> !s.started)
            .thenComparingLong(s -> s.dueNs)
            .thenComparingLong(s -> s.order);

    /** Who is turned away first: the lowest priority, of these who has least time left, and of these the latest. */
    static final Comparator<Sequence> BY_IMPORTANCE = Comparator.<Sequence>comparingInt(s -> s.priority)
            .thenComparingLong(s -> s.deadlineNs)
            .thenComparingLong(s -> -s.order);

    /** Who loses memory first: the lowest priority, and of these the latest. */
    static final Comparator<Sequence> BY_WEAKNESS =
            Comparator.<Sequence>comparingInt(s -> s.priority).thenComparingLong(s -> -s.order);

    final Work work;
    final Tokens tokens;
    final int promptLength;
    /** How many tokens it may have altogether. */
    final int limit;

    final int priority;
    final long deadlineNs;
    final long askedNs;
    final long order;
    private final long dueNs;

    @Nullable KvCache cache;
    /** Changes only while the sequence is in no sorted set. */
    boolean started;

    int cachedTokens;
    int preemptions;
    /** Whether it was parked, or had to make way: how long it took then says nothing about the model. */
    boolean heldUp;

    /** Who computes what this one begins with too, and how much of it; it may have begun to do something else since. */
    @Nullable Sequence awaited;

    int awaitedTokens;
    long startedNs;
    long firstTokenNs;
    long lastTokenNs;

    /**
     * Makes a sequence that waits for its first step.
     *
     * @param limit how many tokens it may have altogether; at least as many as the prompt
     * @param deadlineNs when nobody wants it any more, by the scheduler's clock; or {@link #NEVER}
     * @param order larger than that of all sequences before
     */
    Sequence(Work work, int[] prompt, int limit, int priority, long deadlineNs, long askedNs, long order) {
        this.work = work;
        this.tokens = new Tokens(prompt);
        this.promptLength = prompt.length;
        this.limit = limit;
        this.priority = priority;
        this.deadlineNs = deadlineNs;
        this.askedNs = askedNs;
        this.order = order;
        this.dueNs = Math.min(deadlineNs, askedNs + AS_IF_DUE_AFTER_NS);
    }

    /** How many tokens are to go through the model before the next one can be chosen. */
    int pending() {
        return tokens.size() - (cache == null ? 0 : cache.length());
    }

    /** How many of its tokens have gone through the model. */
    int computed() {
        return tokens.size() - pending();
    }

    int generated() {
        return tokens.size() - promptLength;
    }

    int heldCapacity() {
        return cache == null ? 0 : cache.capacity();
    }

    /** Whether it may make another one give up its memory: one of lower priority, or of the same that came later. */
    boolean outranks(Sequence other) {
        return BY_WEAKNESS.compare(this, other) > 0;
    }
}

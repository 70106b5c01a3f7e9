package dev.tokenring.llm.engine;

import dev.tokenring.llm.EngineOptions;
import dev.tokenring.llm.FinishReason;
import dev.tokenring.llm.GenerationOptions;
import dev.tokenring.llm.PromptTooLongException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The thread that computes: loads the model, takes sequences in between steps, and sleeps when there is nothing to compute. It owns the
 * model and every cache. Safe for use by any thread.
 */
public final class GenerationEngine implements AutoCloseable {
    private static final long COURIERS_LATE_NS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int LEAST_TOKENS = 2;

    /** Makes the sampler of an answer. */
    @FunctionalInterface
    interface SamplerSource {
        /** For one of the samples of a prompt, with which it may have so many tokens together. */
        Sampler open(GenerationOptions options, int sample, int[] prompt, int context);
    }

    private final String name;
    private final StepModel model;
    private final Scheduler scheduler;
    private final SamplerSource samplers;
    private final Couriers couriers;
    private final Thread thread;
    private final long originNs = System.nanoTime();
    private final int mostTokens;
    private final int mostAnswers;
    private final Intake intake = new Intake();
    /** For the thread that computes alone. */
    private final List<Runnable> errands = new ArrayList<>();

    private volatile boolean closing;
    /** Somebody wants the thread to look again; the permit to park tells it too, but any lock on the way may take that. */
    private volatile boolean woken;

    private volatile boolean dead;

    /**
     * Starts the thread, which loads the model first; waits until it is loaded. A second thread that computes, if only while
     * it packs weights, would slow all steps down (decision 0007).
     *
     * @param name the model's
     * @param loader gives the model, which is closed at the end. What it throws is thrown to the caller
     * @throws IllegalArgumentException if {@link EngineOptions#cacheBytes()} is too little for a single sequence
     */
    public static GenerationEngine start(
            String name, Supplier<TorchStepModel> loader, Samplers samplers, EngineOptions options) {
        return start(name, loader, samplers::open, options);
    }

    static GenerationEngine start(
            String name, Supplier<? extends StepModel> loader, SamplerSource samplers, EngineOptions options) {
        var loaded = new CompletableFuture<GenerationEngine>();
        var thread = new Thread(
                () -> {
                    GenerationEngine engine;
                    try {
                        engine = load(name, loader, samplers, options);
                    } catch (Throwable e) {
                        loaded.completeExceptionally(e);
                        return;
                    }
                    loaded.complete(engine);
                    engine.run();
                },
                "tokenring-steps-" + name);
        thread.setDaemon(true);
        thread.start();
        try {
            return loaded.join();
        } catch (CompletionException e) {
            throw thrownHere(e.getCause());
        }
    }

    private static GenerationEngine load(
            String name, Supplier<? extends StepModel> loader, SamplerSource samplers, EngineOptions options) {
        StepModel model = loader.get();
        try {
            return new GenerationEngine(name, model, samplers, options);
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    /** An exception of the other thread, whose trace now says also who waits for it. */
    private static RuntimeException thrownHere(@Nullable Throwable thrown) {
        if (thrown == null) {
            throw new AssertionError("a CompletionException of join has a cause");
        }
        thrown.setStackTrace(Stream.of(thrown.getStackTrace(), new Throwable().getStackTrace())
                .flatMap(Stream::of)
                .toArray(StackTraceElement[]::new));
        if (thrown instanceof Error error) {
            throw error;
        }
        return (RuntimeException) thrown;
    }

    /** Called by the thread that is going to compute. */
    private GenerationEngine(String name, StepModel model, SamplerSource samplers, EngineOptions options) {
        this.thread = Thread.currentThread();
        this.samplers = samplers;
        this.name = name;
        this.model = model;
        long limitBytes = options.cacheBytes() > 0 ? options.cacheBytes() : model.memoryForCaches();
        var gauge = new Gauge(name, model.cacheBytesPerToken(), options.samples());
        this.scheduler = new Scheduler(model, options, limitBytes, this::nowNs, gauge, this::sendErrands);
        this.mostTokens = scheduler.mostTokens();
        this.mostAnswers = (int) Math.min(Integer.MAX_VALUE, (long) options.maxBatchSize() + options.queueLimit());
        if (mostTokens < LEAST_TOKENS) {
            throw new IllegalArgumentException(
                    "cacheBytes is " + limitBytes + ", which is too little for a single sequence:"
                            + " it must be at least " + model.cacheCapacity(LEAST_TOKENS) * model.cacheBytesPerToken());
        }
        this.couriers = new Couriers("tokenring-courier-" + name);
    }

    private long nowNs() {
        return System.nanoTime() - originNs;
    }

    /** How many tokens prompt and answer may have together: as many as the context holds, and the memory. */
    public int mostTokens() {
        return mostTokens;
    }

    /**
     * Has as many answers generated as the options say.
     *
     * @param remainingNs how long anybody wants them; {@link Long#MAX_VALUE} for ever
     * @param decode makes text of token ids
     * @param reader gets the answers piece by piece, on threads of the engine's that compute nothing; each answer has a
     *     last piece
     * @return to be run when the reader is gone, so that it is noticed at once
     * @throws PromptTooLongException if the prompt leaves no room for a token
     * @throws IllegalArgumentException if the constraint can't be met in the room that there is
     * @throws IllegalStateException if the engine takes nothing in any more
     */
    public Runnable generateAll(
            int[] prompt,
            GenerationOptions options,
            int priority,
            long remainingNs,
            Function<List<Integer>, String> decode,
            Reader reader) {
        if (options.samples() == 1) {
            return generate(prompt, options, 0, priority, remainingNs, decode, reader, this::carry);
        }
        requirePlaces(options.samples());
        var samples = new SamplesReader(reader, this::carry);
        var gone = new ArrayList<Runnable>();
        try {
            for (int i = 0; i < options.samples(); i++) {
                gone.add(generate(prompt, options, i, priority, remainingNs, decode, samples.of(i), samples));
            }
        } catch (RuntimeException | Error refused) {
            samples.giveUp();
            throw refused;
        }
        samples.begin();
        return () -> gone.forEach(Runnable::run);
    }

    /**
     * Has one answer generated.
     *
     * @param sample which of the samples of the prompt, from 0
     * @param carrier runs what makes text and calls the reader
     * @see #generateAll
     */
    public Runnable generate(
            int[] prompt,
            GenerationOptions options,
            int sample,
            int priority,
            long remainingNs,
            Function<List<Integer>, String> decode,
            Reader reader,
            Executor carrier) {
        requireRoom(prompt, 1);
        Sampler sampler = samplers.open(options, sample, prompt, mostTokens);
        var answer = new Utterance(
                options, sampler, prompt, mostTokens, decode, reader, carrier, this::wake, intake::endRead);
        int limit = (int) Math.min(Integer.MAX_VALUE, (long) prompt.length + options.maxTokens());
        intake.expectReader();
        try {
            submit(answer, prompt, limit, priority, remainingNs);
        } catch (RuntimeException refused) {
            intake.endRead();
            throw refused;
        }
        return () -> {
            answer.callReader();
            wake();
        };
    }

    /**
     * Computes the logits after a prompt; waits for them.
     *
     * @return of shape [vocabulary]; null if the engine was closed meanwhile
     * @throws PromptTooLongException if the prompt is longer than the context, or the memory
     * @throws IllegalStateException if the engine takes nothing in any more
     */
    public float @Nullable [] logits(int[] prompt) {
        float[][] taken = new float[1][];
        var scoring = new Scoring(
                Chunk.Wanted.LAST, prompt.length, model.vocabularySize(), (logits, position) -> taken[0] = logits);
        return await(scoring, prompt) ? taken[0] : null;
    }

    /**
     * Computes how likely each token was to follow those before it; waits for that.
     *
     * @return the logarithm of the probability of each token but the first; null if the engine was closed meanwhile
     * @throws PromptTooLongException if there are more tokens than the context holds, or the memory
     * @throws IllegalStateException if the engine takes nothing in any more
     */
    public double @Nullable [] score(int[] ids) {
        var scores = new Scores(ids, model.vocabularySize());
        return await(new Scoring(Chunk.Wanted.ALL, ids.length, model.vocabularySize(), scores), ids)
                ? scores.logProbabilities()
                : null;
    }

    private boolean await(Scoring scoring, int[] ids) {
        requireRoom(ids, 0);
        submit(scoring, ids, ids.length, 0, Long.MAX_VALUE);
        try {
            return scoring.ended().join() == FinishReason.STOP;
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /**
     * Checks that so many answers can be waiting or being generated at the same time.
     *
     * @throws IllegalArgumentException if some of them would always be turned away
     */
    public void requirePlaces(int answers) {
        if (answers > mostAnswers) {
            throw new IllegalArgumentException("samples is " + answers + ": this model takes " + mostAnswers
                    + " requests at most at a time, by the maxBatchSize and queueLimit of its EngineOptions");
        }
    }

    private void requireRoom(int[] prompt, int room) {
        if (prompt.length > mostTokens - room) {
            throw new PromptTooLongException(prompt.length, mostTokens - room);
        }
    }

    private void submit(Work work, int[] prompt, int limit, int priority, long remainingNs) {
        long nowNs = nowNs();
        long deadlineNs = remainingNs > Long.MAX_VALUE - nowNs ? Sequence.NEVER : nowNs + remainingNs;
        int most = Math.min(limit, mostTokens);
        if (!intake.offer(order -> new Sequence(work, prompt, most, priority, deadlineNs, nowNs, order))) {
            throw new IllegalStateException("model " + name + " is closed: load it again");
        }
        wake();
    }

    /** Has the thread look again at what its sequences want. */
    private void wake() {
        woken = true;
        LockSupport.unpark(thread);
    }

    /** How many requests are waiting or being answered, those included whose answer has not been read to its end. */
    public int open() {
        return intake.open();
    }

    /** Whether new requests are taken in. */
    public boolean isTakingIn() {
        return intake.isTaking();
    }

    /** Whether the thread has ended before its time, or none of its last steps worked. */
    public boolean isFailing() {
        return dead || scheduler.isFailing();
    }

    /** Whether the current thread is the one that computes. */
    public boolean isComputing() {
        return Thread.currentThread() == thread;
    }

    /** Whether this thread brings what was generated to a reader, and so can't wait until that has been read. */
    public boolean isDelivering() {
        return couriers.isCalling();
    }

    private void run() {
        try {
            for (woken = false; !closing; woken = false) {
                intake.moveTo(scheduler);
                boolean computed = scheduler.step();
                sendErrands();
                intake.count(scheduler.places().open());
                if (!computed) {
                    rest();
                }
            }
            intake.refuse();
            intake.moveTo(scheduler);
            scheduler.close();
        } catch (Throwable e) {
            dead = true;
            intake.refuse();
            intake.moveTo(scheduler);
            scheduler.close(e);
        } finally {
            end();
        }
    }

    /** Frees the model, whatever else fails. */
    private void end() {
        try {
            sendErrands();
            couriers.relieveThemselves();
            intake.count(scheduler.places().open());
        } finally {
            model.close();
        }
    }

    /**
     * Has a courier run an errand. Those of the thread that computes leave together, so that a courier comes once a step and
     * not for each token: each time, the thread that wakes it loses its processor.
     */
    private void carry(Runnable errand) {
        if (isComputing()) {
            errands.add(errand);
        } else {
            couriers.send(List.of(errand));
        }
    }

    private void sendErrands() {
        if (!errands.isEmpty()) {
            try {
                couriers.send(errands);
            } finally {
                errands.clear(); // so that nothing is sent twice, whatever is thrown
            }
        }
    }

    /** Sleeps until there is something new, or somebody's time is over. */
    private void rest() {
        long untilNs = Sequence.NEVER;
        for (Sequence one : scheduler.places().all()) {
            untilNs = Math.min(untilNs, one.deadlineNs);
        }
        long nowNs = nowNs();
        if (couriers.isBehind()) {
            couriers.relieve();
            untilNs = Math.min(untilNs, nowNs + COURIERS_LATE_NS);
        }
        if (woken) {
            return;
        }
        if (untilNs == Sequence.NEVER) {
            LockSupport.park(this);
        } else if (untilNs > nowNs) {
            LockSupport.parkNanos(this, untilNs - nowNs);
        }
        // Nobody has anything to say to this thread, and with the flag set it would never rest again.
        Thread.interrupted();
    }

    /**
     * Takes nothing in any more, and waits until all is finished and read, but not longer than this.
     *
     * @return how many requests are not finished
     */
    public int drain(long timeoutNs) {
        intake.refuse();
        wake();
        return intake.awaitNoneOpen(timeoutNs);
    }

    /**
     * Ends everything with {@link FinishReason#CANCELLED} and frees all native memory; waits for the step at hand, and for
     * what has been generated to reach its readers, a second at most.
     */
    @Override
    public void close() {
        closing = true;
        intake.refuse();
        wake();
        if (Thread.currentThread() == thread) {
            return;
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException whileWaiting) {
                interrupted = true;
            }
        }
        couriers.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** With which precision it computes where. */
    @Override
    public String toString() {
        return model.toString();
    }
}

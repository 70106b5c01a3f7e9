package dev.tokenring.llm.engine;

import dev.tokenring.llm.FinishReason;
import dev.tokenring.llm.Generation;
import dev.tokenring.llm.GenerationOptions;
import dev.tokenring.llm.TokenLogprobs;
import dev.tokenring.llm.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An answer in the making. The thread that computes chooses its tokens, and notes them down; some other thread, one at a
 * time, makes text of them and hands it to the reader. So a stop string is noticed after its token, and what the model has
 * computed beyond it by then is thrown away.
 *
 * <p>What has been noted and not been read is limited: a reader that is too slow gets its sequence parked.
 */
final class Utterance implements Work {
    /** How many tokens wait for their reader before the sequence is parked. */
    static final int MOST_UNREAD = 32;

    private static final int NO_TOKEN = -1;

    private final GenerationOptions options;
    private final Reader reader;
    private final Executor carrier;
    private final Runnable wake;
    private final Runnable readToEnd;
    private final int promptTokens;
    private final int limit;

    private final Queue<Note> notes = new ConcurrentLinkedQueue<>();
    private final AtomicInteger unread = new AtomicInteger();
    private final AtomicInteger calls = new AtomicInteger();
    private volatile int cachedTokens;
    private volatile boolean parked;
    /** Set by who reads: a stop string is complete, or the reader has failed. */
    private volatile @Nullable FinishReason stopped;

    // For the thread that computes.
    private final Sampler sampler;
    private int chosen;
    private boolean endNoted;

    // For the thread that reads.
    private final TextAssembler text;
    private final List<Integer> ids = new ArrayList<>();
    private final List<TokenLogprobs> logprobs = new ArrayList<>();
    private int readTokens;
    private boolean done;

    /** What the thread that computes has to say: a token, the end, both, or a failure. */
    private record Note(
            int id,
            @Nullable TokenLogprobs logprobs,
            @Nullable FinishReason reason,
            @Nullable Throwable failure) {}

    /**
     * Begins an answer.
     *
     * @param sampler chooses the tokens; this answer's own
     * @param limit how many tokens prompt and answer may have together
     * @param decode makes text of token ids
     * @param reader called by the carrier's threads, one at a time
     * @param carrier runs what makes text and calls the reader
     * @param wake has the thread that computes ask again what is wanted
     * @param readToEnd called when the reader has read the last piece, or failed
     */
    Utterance(
            GenerationOptions options,
            Sampler sampler,
            int[] prompt,
            int limit,
            Function<List<Integer>, String> decode,
            Reader reader,
            Executor carrier,
            Runnable wake,
            Runnable readToEnd) {
        this.options = options;
        this.promptTokens = prompt.length;
        this.limit = limit;
        this.reader = reader;
        this.carrier = carrier;
        this.wake = wake;
        this.readToEnd = readToEnd;
        this.sampler = sampler;
        this.text = new TextAssembler(decode, options.stopStrings()).after(prompt);
    }

    // ---- the thread that computes

    @Override
    public Chunk.Wanted wanted() {
        return sampler.takesLikeliest() ? Chunk.Wanted.LIKELIEST : Chunk.Wanted.LAST;
    }

    @Override
    public boolean isAnswer() {
        return true;
    }

    @Override
    public @Nullable FinishReason over() {
        if (chosen == 0 && sampler.isComplete()) {
            return FinishReason.STOP;
        }
        FinishReason byReader = stopped;
        return byReader != null ? byReader : reader.isGone() ? FinishReason.CANCELLED : null;
    }

    @Override
    public boolean hasRoom() {
        // Who reads makes room first, and looks at the flag then: one of the two sees the other.
        parked = true;
        boolean room = unread.get() < MOST_UNREAD;
        parked = !room;
        return room;
    }

    @Override
    public void begin(int cached) {
        cachedTokens = cached;
    }

    @Override
    public @Nullable FinishReason take(Chunk computed, int position, Tokens tokens) {
        boolean likeliest = computed.wanted() == Chunk.Wanted.LIKELIEST;
        int id = likeliest ? computed.likeliest() : sampler.choose(computed.logits());
        sampler.accept(id);
        tokens.add(id);
        chosen++;
        FinishReason reason = reasonToEnd(id, tokens.size());
        endNoted = reason != null;
        note(new Note(id, likeliest ? null : sampler.logprobs(computed.logits(), id), reason, null));
        return reason;
    }

    private @Nullable FinishReason reasonToEnd(int id, int length) {
        if (options.endTokens().contains(id) || sampler.isComplete()) {
            return FinishReason.STOP;
        }
        if (chosen == options.maxTokens()) {
            return FinishReason.LENGTH;
        }
        return length >= limit ? FinishReason.CONTEXT_FULL : null;
    }

    @Override
    public void end(FinishReason reason) {
        if (!endNoted) {
            note(new Note(NO_TOKEN, null, reason, null));
        }
    }

    @Override
    public void fail(Throwable cause) {
        note(new Note(NO_TOKEN, null, null, cause));
    }

    private void note(Note note) {
        unread.incrementAndGet();
        notes.add(note);
        callReader();
    }

    /** Has a thread of the carrier come, unless one is here, which then looks once more. Safe for use by any thread. */
    void callReader() {
        if (calls.getAndIncrement() == 0) {
            carrier.execute(this::answerCalls);
        }
    }

    // ---- the thread that reads

    private void answerCalls() {
        int answering = calls.get();
        do {
            readAll();
            // Whoever called meanwhile has left it to this thread.
            answering = calls.addAndGet(-answering);
        } while (answering != 0);
    }

    private void readAll() {
        while (!done && !notes.isEmpty()) {
            if (!reader.hasRoom()) {
                reader.onRoom(this::readerHasRoom);
                return;
            }
            Note next = notes.poll();
            if (next != null) {
                readGuarded(next);
                unread.decrementAndGet();
                if (done || parked) {
                    wake.run();
                }
                if (done) {
                    readToEnd.run();
                }
            }
        }
    }

    /** The thread that computes is woken too, for it sees to it that no call waits behind a slow reader. */
    private void readerHasRoom() {
        callReader();
        wake.run();
    }

    private void readGuarded(Note note) {
        try {
            read(note);
        } catch (Throwable readersOwn) {
            done = true;
            stopped = FinishReason.CANCELLED;
            reader.failed(readersOwn);
        }
    }

    private void read(Note note) {
        if (note.failure() != null) {
            done = true;
            reader.failed(note.failure());
            return;
        }
        String sure = "";
        if (note.id() != NO_TOKEN) {
            ids.add(note.id());
            if (note.logprobs() != null) {
                logprobs.add(note.logprobs());
            }
            readTokens++;
            sure = options.endTokens().contains(note.id()) ? "" : text.add(note.id());
        }
        FinishReason reason = text.isStopped() ? FinishReason.STOP : note.reason();
        if (reason != null) {
            done = true;
            stopped = reason;
            reader.read(piece(sure + text.finish(), reason));
        } else if (!sure.isEmpty()) {
            reader.read(piece(sure, null));
        }
    }

    /** The piece that holds this text and the tokens since the piece before. */
    private Generation piece(String pieceText, @Nullable FinishReason reason) {
        var usage = new Usage(promptTokens, cachedTokens, readTokens);
        var piece = new Generation(pieceText, ids, logprobs, usage, reason);
        ids.clear();
        logprobs.clear();
        return piece;
    }
}

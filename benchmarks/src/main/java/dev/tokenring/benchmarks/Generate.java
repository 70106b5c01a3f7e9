package dev.tokenring.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.tokenring.benchmarks.generation.GenerationModel;
import dev.tokenring.benchmarks.generation.GenerationPeer;
import dev.tokenring.benchmarks.generation.GenerationPrecision;
import dev.tokenring.benchmarks.generation.Generator;
import dev.tokenring.benchmarks.generation.Prompts;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Several callers ask a language model at the same time, and each gets its answer token by token. When all have theirs,
 * they ask again, for something else.
 *
 * <pre>
 *   caller 1 --- prompt ---&gt; +-------+   a token of each   +-------+
 *   caller 2 --- prompt ---&gt; |       |--------------------&gt;|       |
 *      ...                   | peer  |                     | model |
 *   caller n --- prompt ---&gt; |       |&lt;--------------------|       |
 *        &lt;- token, token, .. +-------+   the next of each  +-------+
 * </pre>
 *
 * <p>The figure to compare is {@code tokens}: how many the callers got in a second, all together. Reading the prompts, {@value
 * #PROMPT_TOKENS} tokens each, takes its part of the time and does not count. Each caller gets all its tokens, or the run
 * fails. One caller is the way to serve requests one after another.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
// llama.cpp's thread outlives its model, and JMH would wait half a minute for it.
@Fork(
        value = 2,
        jvmArgsAppend = {"-Djmh.shutdownTimeout=1", "-Djmh.shutdownTimeout.step=1"})
public class Generate {
    private static final int PROMPT_TOKENS = 16;
    private static final long SEED = 42;

    /** Who generates. */
    @Param({"TOKENRING", "BARE_LOOP"})
    public GenerationPeer peer = GenerationPeer.TOKENRING;

    /** With which model; the others take a gigabyte of disk and memory. */
    @Param("HOUSE")
    public GenerationModel model = GenerationModel.HOUSE;

    /** With which numbers. */
    @Param("FP32")
    public GenerationPrecision precision = GenerationPrecision.FP32;

    /** How many ask at the same time. */
    @Param({"1", "16"})
    public int callers = 1;

    /** How many tokens each of them gets. */
    @Param("32")
    public int newTokens = 32;

    private final Prompts prompts = new Prompts(SEED);
    private @Nullable Generator generator;

    /** For JMH, which makes one for each trial. */
    public Generate() {}

    /** What counts. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Tokens {
        /** How many the callers got. */
        public long tokens;

        /** For JMH. */
        public Tokens() {}
    }

    /** Loads the model. */
    @Setup
    public void open() {
        generator = peer.open(model, precision, callers);
    }

    /** Frees the model. */
    @TearDown
    public void close() {
        requireNonNull(generator).close();
    }

    /**
     * Asks for all callers, waits for all answers, and checks that each is as long as it should be.
     *
     * @param count counts tokens
     * @throws Exception if one got no answer
     */
    @Benchmark
    public void ask(Tokens count) throws Exception {
        List<int[]> asked = prompts.next(callers, PROMPT_TOKENS);
        for (int came : requireNonNull(generator).generate(asked, newTokens)) {
            if (came != newTokens) {
                throw new IllegalStateException(came + " tokens came instead of " + newTokens);
            }
            count.tokens += came;
        }
    }
}

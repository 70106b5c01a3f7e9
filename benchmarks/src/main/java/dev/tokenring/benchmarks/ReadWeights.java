package dev.tokenring.benchmarks;

import dev.tokenring.benchmarks.generation.GenerationModel;
import dev.tokenring.benchmarks.generation.GenerationPrecision;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * All processors together read as many bytes as a model's weights have, and do nothing with them but add them up.
 *
 * <pre>
 *   memory   |#####|#####|#####|#####|     |     |     |     |     |   a gigabyte, in blocks
 *            +-----------+-----------+
 *             processor 1 processor 2 ...   the next time, the next bytes: none are in a cache
 * </pre>
 *
 * <p>The limit of a model that answers one caller, who can't have the next token before all weights have been read once
 * more: those who generate may count {@code tokens} up to this, if all else takes no time. Each sum is checked.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(2)
public class ReadWeights {
    private static final int BLOCKS = 1024;
    private static final int BLOCK_BYTES = 1 << 20;

    /** Whose weights; one that a cache holds is read from memory all the same. */
    @Param("GPT2_124M")
    public GenerationModel model = GenerationModel.GPT2_124M;

    /** How large a weight is. */
    @Param({"FP32", "INT8"})
    public GenerationPrecision precision = GenerationPrecision.FP32;

    private final long[][] memory = new long[BLOCKS][BLOCK_BYTES / Long.BYTES];
    private int blocks;
    private int begin;

    /** For JMH, which makes one for each trial. */
    public ReadWeights() {}

    /** Fills the memory. */
    @Setup
    public void fill() {
        for (long[] block : memory) {
            Arrays.fill(block, 1);
        }
        blocks = (int) Math.max(1, model.weightsPerToken() * precision.weightBytes() / BLOCK_BYTES);
    }

    /** What counts. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Tokens {
        /** How often all weights were read. */
        public long tokens;

        /** For JMH. */
        public Tokens() {}
    }

    /**
     * Reads them once.
     *
     * @param count counts tokens
     * @return their sum
     */
    @Benchmark
    public long read(Tokens count) {
        long sum = IntStream.range(begin, begin + blocks)
                .parallel()
                .mapToLong(place -> sum(memory[place % BLOCKS]))
                .sum();
        begin = (begin + blocks) % BLOCKS;
        long expected = (long) blocks * BLOCK_BYTES / Long.BYTES;
        if (sum != expected) {
            throw new IllegalStateException("the sum is " + sum + " instead of " + expected);
        }
        count.tokens++;
        return sum;
    }

    /** Reads four quarters side by side: a processor that reads in one place only waits for the memory half of the time. */
    private static long sum(long[] block) {
        int quarter = block.length / 4;
        long first = 0;
        long second = 0;
        long third = 0;
        long fourth = 0;
        for (int i = 0; i < quarter; i++) {
            first += block[i];
            second += block[quarter + i];
            third += block[2 * quarter + i];
            fourth += block[3 * quarter + i];
        }
        return first + second + third + fourth;
    }
}

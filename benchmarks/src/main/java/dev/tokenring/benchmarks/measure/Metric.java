package dev.tokenring.benchmarks.measure;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;

/** What of a benchmark counts. */
public enum Metric {
    /** Messages passed per time, on average over a JVM's iterations. */
    THROUGHPUT("million/s") {
        @Override
        double of(RunResult result) {
            return result.getPrimaryResult().getScore();
        }
    },

    /** Tokens of all callers of a language model together, per second: what such a benchmark counts beside its operations. */
    TOKENS("tokens/s") {
        @Override
        double of(RunResult result) {
            return tokens(result);
        }
    },

    /**
     * The same when the compiler is done as well. It needs most of half a minute for that, while a model takes all
     * processors, and a twentieth of the tokens is what it costs until then.
     */
    TOKENS_WHEN_WARM("tokens/s") {
        @Override
        double of(RunResult result) {
            return tokens(result);
        }
    },

    /** The time of one operation, half of them being quicker. */
    MEDIAN_TIME("ns") {
        @Override
        double of(RunResult result) {
            return result.getPrimaryResult().getStatistics().getPercentile(50);
        }
    },

    /** What all threads of a JVM allocate, for each operation. */
    ALLOCATION("B") {
        @Override
        void prepare(ChainedOptionsBuilder options) {
            options.addProfiler(GCProfiler.class).mode(Mode.AverageTime);
        }

        @Override
        double of(RunResult result) {
            return requireNonNull(
                            result.getSecondaryResults().get("gc.alloc.rate.norm"),
                            "what the collector's profiler tells")
                    .getScore();
        }
    };

    private final String unit;

    Metric(String unit) {
        this.unit = unit;
    }

    /** Asks JMH for what is needed beyond the primary result. */
    void prepare(ChainedOptionsBuilder options) {}

    /** Takes the metric out of the result of one JVM. */
    abstract double of(RunResult result);

    private static double tokens(RunResult result) {
        return requireNonNull(result.getSecondaryResults().get("tokens"), "the benchmark's count of tokens")
                .getScore();
    }

    /** In what the values are given. */
    public String unit() {
        return unit;
    }

    /** Whether the larger of two values is the better one. */
    public boolean moreIsBetter() {
        return this == THROUGHPUT || this == TOKENS || this == TOKENS_WHEN_WARM;
    }

    /** Prints a value with as many digits as a reader needs. */
    public static String print(double value) {
        if (value != 0 && Math.abs(value) < 0.1) {
            return String.format(Locale.ROOT, "%.3f", value);
        }
        return String.format(Locale.ROOT, Math.abs(value) < 100 ? "%.2f" : "%,.0f", value);
    }
}

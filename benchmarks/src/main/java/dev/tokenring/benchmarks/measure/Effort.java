package dev.tokenring.benchmarks.measure;

import java.math.BigDecimal;
import java.time.Duration;

/**
 * How long one JVM runs a setting.
 *
 * @param warmups the number of iterations that don't count
 * @param warmup how long each of them takes
 * @param measurements the number of iterations that count
 * @param measurement how long each of them takes
 */
public record Effort(int warmups, Duration warmup, int measurements, Duration measurement) {
    /** Enough for the compiler to be done, and little more. */
    public static final Effort QUICK = new Effort(2, Duration.ofMillis(600), 2, Duration.ofMillis(300));

    /** For language models, quick or not: where an operation takes a second, several make an iteration. */
    public static final Effort TOKENS = new Effort(2, Duration.ofSeconds(1), 2, Duration.ofMillis(1500));

    /** For what the code around a language model costs, which is no more than a few hundredths when it is compiled. */
    public static final Effort TOKENS_WHEN_WARM = new Effort(6, Duration.ofSeconds(4), 4, Duration.ofSeconds(2));

    /** For figures that are to be published. */
    public static final Effort FULL = new Effort(2, Duration.ofSeconds(1), 2, Duration.ofSeconds(1));

    /** In a few words, such as {@code 2 × 1 s to warm up, 2 × 0.5 s that count}. */
    public String describe() {
        return "%d × %s s to warm up, %d × %s s that count"
                .formatted(warmups, seconds(warmup), measurements, seconds(measurement));
    }

    private static String seconds(Duration duration) {
        return BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros().toPlainString();
    }

    /**
     * The effort that what counts is worth. Bytes are exact only if what the JVM's own threads allocate is spread over many
     * operations.
     */
    public static Effort of(Metric metric, boolean quick) {
        return switch (metric) {
            case TOKENS -> TOKENS;
            case TOKENS_WHEN_WARM -> TOKENS_WHEN_WARM;
            case ALLOCATION -> FULL;
            case THROUGHPUT, MEDIAN_TIME -> quick ? QUICK : FULL;
        };
    }
}

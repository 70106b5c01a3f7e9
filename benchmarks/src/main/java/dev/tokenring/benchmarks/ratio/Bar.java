package dev.tokenring.benchmarks.ratio;

import dev.tokenring.benchmarks.measure.Metric;
import java.util.Locale;

/**
 * What a row has to reach.
 *
 * @param measure what is compared with the limit
 * @param limit the worst value that is good enough
 */
public record Bar(Measure measure, double limit) {
    /** What is compared with the limit, and which side of it is the good one. */
    public enum Measure {
        /** Ours divided by the reference; more is better. */
        OURS_TO_REFERENCE_AT_LEAST("≥"),

        /** Ours divided by the reference; less is better. */
        OURS_TO_REFERENCE_AT_MOST("≤"),

        /** How many times the reference's value ours is contained in; more is better. */
        REFERENCE_TO_OURS_AT_LEAST("≥"),

        /** Ours alone; less is better. */
        OURS_AT_MOST("≤");

        private final String sign;

        Measure(String sign) {
            this.sign = sign;
        }
    }

    /** Bytes of an operation that are others' doing: what JMH and the JVM allocate meanwhile, spread over all operations. */
    private static final double NOISE_BYTES = 0.25;

    static Bar atLeast(double ratio) {
        return new Bar(Measure.OURS_TO_REFERENCE_AT_LEAST, ratio);
    }

    static Bar atMost(double ratio) {
        return new Bar(Measure.OURS_TO_REFERENCE_AT_MOST, ratio);
    }

    static Bar timesFaster(double times) {
        return new Bar(Measure.REFERENCE_TO_OURS_AT_LEAST, times);
    }

    static Bar bytesAtMost(double bytes) {
        return new Bar(Measure.OURS_AT_MOST, bytes);
    }

    boolean needsReference() {
        return measure != Measure.OURS_AT_MOST;
    }

    boolean wantsMore() {
        return switch (measure) {
            case OURS_TO_REFERENCE_AT_LEAST, REFERENCE_TO_OURS_AT_LEAST -> true;
            case OURS_TO_REFERENCE_AT_MOST, OURS_AT_MOST -> false;
        };
    }

    /** The value to be compared with the limit. */
    double value(double ours, double reference) {
        return switch (measure) {
            case OURS_TO_REFERENCE_AT_LEAST, OURS_TO_REFERENCE_AT_MOST -> ours / reference;
            case REFERENCE_TO_OURS_AT_LEAST -> reference / ours;
            case OURS_AT_MOST -> ours;
        };
    }

    boolean isMetBy(double value) {
        return isAsGoodAs(value, limit);
    }

    /** Whether a value has not become worse than another, or not by more than this factor; bytes must not grow at all. */
    boolean isKeptBy(double value, double before, double factor) {
        return switch (measure) {
            case OURS_TO_REFERENCE_AT_LEAST, REFERENCE_TO_OURS_AT_LEAST -> isAsGoodAs(value, before / factor);
            case OURS_TO_REFERENCE_AT_MOST -> isAsGoodAs(value, before * factor);
            case OURS_AT_MOST -> isAsGoodAs(value, before);
        };
    }

    private boolean isAsGoodAs(double value, double limit) {
        return switch (measure) {
            case OURS_TO_REFERENCE_AT_LEAST, REFERENCE_TO_OURS_AT_LEAST -> value >= limit;
            case OURS_TO_REFERENCE_AT_MOST -> value <= limit;
            case OURS_AT_MOST -> value <= limit + NOISE_BYTES;
        };
    }

    /** The sign and the limit; bytes with what is left to noise. */
    @Override
    public String toString() {
        return measure == Measure.OURS_AT_MOST
                ? String.format(Locale.ROOT, "%s %.0f ± %.2f", measure.sign, limit, NOISE_BYTES)
                : measure.sign + " " + Metric.print(limit);
    }
}

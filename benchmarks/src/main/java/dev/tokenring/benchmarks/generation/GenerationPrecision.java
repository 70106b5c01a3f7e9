package dev.tokenring.benchmarks.generation;

import dev.tokenring.llm.Precision;

/** With which numbers a model computes. */
public enum GenerationPrecision {
    /** 32 bits, which the others are compared with. */
    FP32,

    /** 16 bits. */
    BF16,

    /** 8 bits. */
    INT8,

    /**
     * The fastest of these with which the perplexity of the house model is within 1 % of that with 32 bits: measured each time
     * when a model is opened.
     */
    FASTEST_WITHIN_1_PERCENT;

    /**
     * What the engine calls it.
     *
     * @return the engine's precision
     */
    public Precision precision() {
        return switch (this) {
            case FP32 -> Precision.FP32;
            case BF16 -> Precision.BF16;
            case INT8 -> Precision.INT8;
            case FASTEST_WITHIN_1_PERCENT -> Perplexity.fastestWithin().precision();
        };
    }

    /**
     * How many bytes a weight takes.
     *
     * @return a number of bytes
     */
    public int weightBytes() {
        return switch (this) {
            case FP32 -> 4;
            case BF16 -> 2;
            case INT8 -> 1;
            case FASTEST_WITHIN_1_PERCENT -> Perplexity.fastestWithin().weightBytes();
        };
    }
}

package dev.tokenring.benchmarks.generation;

import dev.tokenring.llm.Precision;

/** With which numbers a model computes. */
public enum GenerationPrecision {
    /** 32 bits, which the others are compared with. */
    FP32(Precision.FP32, 4),

    /** 16 bits. */
    BF16(Precision.BF16, 2),

    /** 8 bits. */
    INT8(Precision.INT8, 1);

    private final Precision precision;
    private final int weightBytes;

    GenerationPrecision(Precision precision, int weightBytes) {
        this.precision = precision;
        this.weightBytes = weightBytes;
    }

    /**
     * What the engine calls it.
     *
     * @return the engine's precision
     */
    public Precision precision() {
        return precision;
    }

    /**
     * How many bytes a weight takes.
     *
     * @return a number of bytes
     */
    public int weightBytes() {
        return weightBytes;
    }
}

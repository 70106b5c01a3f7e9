package dev.tokenring.llm;

/** With which numbers a model computes. Fewer bits are faster, and lose some accuracy. */
public enum Precision {
    /**
     * The fastest whose loss is small everywhere: {@link #FP32} on the CPU, where {@link #INT8} is faster but its loss
     * depends on the model, and {@link #BF16} on a GPU.
     */
    AUTO,

    /** 32 bits: exact, for any device. */
    FP32,

    /**
     * 16 bits with the range of 32, for any device; on a CPU fast where it has instructions for them (AVX-512 BF16, AMX).
     * There an embedding that is also the head is kept twice.
     */
    BF16,

    /** 16 bits, for GPUs. */
    FP16,

    /**
     * 8 bits for the matrices and for what is multiplied with them, for the CPU; all else is computed with 32 bits, and
     * keys and values are kept with 16. Wants a build of PyTorch with FBGEMM, as those for x86-64 are.
     */
    INT8
}

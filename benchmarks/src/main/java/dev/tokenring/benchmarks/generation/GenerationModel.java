package dev.tokenring.benchmarks.generation;

import java.nio.file.Path;

/** What generates. */
public enum GenerationModel {
    /** The small model of the examples, of 5.9 million weights: a cache may hold them all. */
    HOUSE,

    /** As large as the smallest GPT-2, of random weights. */
    GPT2_124M,

    /** A Llama of the same width and depth, of random weights: the other programs know this family. */
    LLAMA_134M;

    private static final ModelShape HOUSE_SHAPE = new Gpt2Shape(6, 4, 256, 4096, 192);

    ModelShape shape() {
        return switch (this) {
            case HOUSE -> HOUSE_SHAPE;
            case GPT2_124M -> Gpt2Shape.SMALL;
            case LLAMA_134M -> LlamaShape.SMALL;
        };
    }

    /**
     * The model's folder. One of random weights is written the first time, and takes half a gigabyte of the disk.
     *
     * @return a folder in the style of Hugging Face
     * @throws IllegalStateException if the house model is not where the repository has it
     */
    public Path folder() {
        return this == HOUSE ? HouseFolder.find() : RandomFolder.of(shape());
    }

    /**
     * How many weights a token needs: all, but for tables of which it takes one row.
     *
     * @return a number of weights
     */
    public long weightsPerToken() {
        return shape().tensors().stream()
                .filter(tensor ->
                        !tensor.name().endsWith("wpe.weight") && !tensor.name().endsWith("embed_tokens.weight"))
                .mapToLong(TensorShape::size)
                .sum();
    }
}

package dev.tokenring.benchmarks.generation;

import java.util.List;

/**
 * One tensor of a model: random numbers around a middle.
 *
 * @param zeroRows how many of the first rows are nothing but zeros
 */
record TensorShape(String name, float middle, int zeroRows, List<Integer> shape) {
    /** Weights of a layer, or the vectors of a vocabulary. */
    static TensorShape matrix(String name, int rows, int columns) {
        return new TensorShape(name, 0, 0, List.of(rows, columns));
    }

    /**
     * What gives each token its logit. Of so many random ones some are above 0, so what is 0 never wins: that is so for all
     * tokens that are no characters, the end of a text first. So nobody stops early, and every answer is as many characters
     * as tokens.
     */
    static TensorShape head(String name, int vocabularySize, int width) {
        return new TensorShape(name, 0, CharacterVocabulary.FIRST_CHARACTER, List.of(vocabularySize, width));
    }

    static TensorShape bias(String name, int size) {
        return new TensorShape(name, 0, 0, List.of(size));
    }

    /** What a norm multiplies with: near 1, so that it does norm. */
    static TensorShape norm(String name, int size) {
        return new TensorShape(name, 1, 0, List.of(size));
    }

    int rows() {
        return shape.size() == 1 ? 1 : shape.get(0);
    }

    int columns() {
        return shape.get(shape.size() - 1);
    }

    /** How many numbers it has. */
    long size() {
        return (long) rows() * columns();
    }

    /** How many of the first numbers are zero. */
    long zeros() {
        return (long) zeroRows * columns();
    }
}

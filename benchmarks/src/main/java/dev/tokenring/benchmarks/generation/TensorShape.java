package dev.tokenring.benchmarks.generation;

import java.util.List;

/** One tensor of a model: random numbers around a middle. */
record TensorShape(String name, float middle, List<Integer> shape) {
    /** Weights of a layer, or the vectors of a vocabulary. */
    static TensorShape matrix(String name, int rows, int columns) {
        return new TensorShape(name, 0, List.of(rows, columns));
    }

    static TensorShape bias(String name, int size) {
        return new TensorShape(name, 0, List.of(size));
    }

    /** What a norm multiplies with: near 1, so that it does norm. */
    static TensorShape norm(String name, int size) {
        return new TensorShape(name, 1, List.of(size));
    }

    /** How many numbers it has. */
    long size() {
        return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
    }
}

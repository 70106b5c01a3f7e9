package dev.tokenring.benchmarks.generation;

import java.util.List;
import java.util.Map;

/** What a model is like but for its weights' values: speed does not depend on those. */
interface ModelShape {
    /** Names the shape, with all its sizes. */
    String name();

    int vocabularySize();

    /** What its {@code config.json} says. */
    Map<String, Object> config();

    /** Its tensors, in the order in which they are stored. */
    List<TensorShape> tensors();
}

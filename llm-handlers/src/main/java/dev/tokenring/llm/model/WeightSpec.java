package dev.tokenring.llm.model;

import java.util.List;

/**
 * A weight that a family needs.
 *
 * @param names the names under which checkpoints store it; the first that is there is taken
 * @param shape its shape as stored
 */
public record WeightSpec(List<String> names, List<Long> shape) {}

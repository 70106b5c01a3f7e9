package dev.tokenring.llm.violations.model;

import ai.djl.ndarray.NDList;
import dev.tokenring.llm.constraint.Grammar;
import dev.tokenring.llm.engine.GenerationEngine;

/** Breaks the rules of the room model. */
final class BreaksModel {
    private BreaksModel() {}

    static Class<?> knowsEngine() {
        return GenerationEngine.class;
    }

    static Class<?> knowsConstraints() {
        return Grammar.class;
    }

    static NDList runsAModel() {
        return new NDList();
    }
}

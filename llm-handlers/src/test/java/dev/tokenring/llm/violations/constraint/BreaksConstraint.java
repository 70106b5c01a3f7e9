package dev.tokenring.llm.violations.constraint;

import dev.tokenring.llm.GenerationOptions;

/** Breaks the rules of the room constraint. */
final class BreaksConstraint {
    private BreaksConstraint() {}

    static Class<?> knowsTheFace() {
        return GenerationOptions.class;
    }
}

package dev.tokenring.llm.violations.engine;

import com.hubspot.jinjava.Jinjava;
import dev.tokenring.bus.Bus;
import dev.tokenring.llm.LanguageModel;

/** Breaks the rules of the room engine. */
final class BreaksEngine {
    private BreaksEngine() {}

    static Class<?> knowsTheFace() {
        return LanguageModel.class;
    }

    static Class<?> knowsTheBus() {
        return Bus.class;
    }

    static Jinjava writesTemplates() {
        return new Jinjava();
    }
}

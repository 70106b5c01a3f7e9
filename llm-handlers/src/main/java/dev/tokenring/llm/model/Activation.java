package dev.tokenring.llm.model;

import dev.tokenring.llm.ModelLoadException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The function between the two halves of a feed-forward layer. */
public enum Activation {
    GELU,
    GELU_BY_TANH,
    QUICK_GELU,
    RELU,
    SILU,
    TANH,
    SIGMOID;

    /** By the names that transformers has for them; several are names for one function. */
    public static final Map<String, Activation> BY_NAME = new TreeMap<>(Map.ofEntries(
            Map.entry("gelu", GELU),
            Map.entry("gelu_python", GELU),
            Map.entry("gelu_new", GELU_BY_TANH),
            Map.entry("gelu_fast", GELU_BY_TANH),
            Map.entry("gelu_accurate", GELU_BY_TANH),
            Map.entry("gelu_pytorch_tanh", GELU_BY_TANH),
            Map.entry("quick_gelu", QUICK_GELU),
            Map.entry("relu", RELU),
            Map.entry("silu", SILU),
            Map.entry("swish", SILU),
            Map.entry("tanh", TANH),
            Map.entry("sigmoid", SIGMOID)));

    /** The function that a configuration names under a key; the one given if it names none. */
    static Activation of(JsonFile config, String key, String otherwise) {
        String name = config.textOr(key, otherwise);
        @Nullable Activation function = BY_NAME.get(name);
        if (function == null) {
            throw new ModelLoadException(config.file() + ": " + key + " is \"" + name
                    + "\", which is not supported: take a model with one of " + String.join(", ", BY_NAME.keySet()));
        }
        return function;
    }
}

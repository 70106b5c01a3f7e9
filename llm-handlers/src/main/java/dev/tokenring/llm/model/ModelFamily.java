package dev.tokenring.llm.model;

import dev.tokenring.llm.ModelLoadException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * An architecture: what its configuration means, and how a forward pass runs over its weights. Adding one is one class,
 * which reads the configuration and says the pass, and one line in {@link #FAMILIES}.
 */
public interface ModelFamily {
    /** The families by the {@code model_type} of their {@code config.json}. */
    Map<String, Function<JsonFile, ModelFamily>> FAMILIES = new TreeMap<>(Map.of("gpt2", Gpt2::new));

    /** The family that a configuration names. */
    static ModelFamily of(JsonFile config) {
        String type = config.text("model_type");
        Function<JsonFile, ModelFamily> family = FAMILIES.get(type);
        if (family == null) {
            throw new ModelLoadException(config.file() + ": model_type is \"" + type
                    + "\", which is not supported: take a model of type " + String.join(" or ", FAMILIES.keySet()));
        }
        return family.apply(config);
    }

    int contextLength();

    int vocabularySize();

    int layers();

    /** The heads whose keys and values are cached. */
    int cachedHeads();

    int headSize();

    /**
     * Says the forward pass, from token ids to logits.
     *
     * @return the logits: of the {@linkplain ForwardPass#wanted wanted} rows, as many numbers as the vocabulary has
     */
    <V> V forward(ForwardPass<V> pass);
}

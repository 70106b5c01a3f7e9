package dev.tokenring.llm.model;

import dev.tokenring.llm.ModelLoadException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * An architecture: which weights it has and how a forward pass runs over them. Adding one is one class and one line in
 * {@link #FAMILIES}.
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

    /** The weights, in the order in which {@link #forwardPass} refers to them as {@code w[0]}, {@code w[1]}, … */
    List<WeightSpec> weights();

    /**
     * The body of {@code forward(self, ids, start, cache) -> Tensor} in TorchScript's text form, indented by four.
     *
     * <ul>
     *   <li>{@code ids}, int64 of shape [n]: the next n tokens; n is given as the int {@code n}
     *   <li>{@code p}, int: how many tokens the cache holds already
     *   <li>{@code cache}, float32 of shape [layers, 2, cachedHeads, contextLength, headSize]: keys and values, to which
     *       the pass adds those of the new tokens at places p to p + n
     *   <li>{@code w}, a list of float32 tensors: the weights
     * </ul>
     *
     * @return statements that end by returning the logits after the last token, float32 of shape [1, vocabularySize]
     */
    String forwardPass();
}

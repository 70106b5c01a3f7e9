package dev.tokenring.llm.model;

import dev.tokenring.llm.ModelLoadException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * An architecture: what its configuration means, and how a forward pass runs over its weights.
 *
 * <p>Adding one is one class and one line in {@link #FAMILIES}. The class
 *
 * <ol>
 *   <li>takes a {@link JsonFile}, reads from it what it needs, and refuses what it does not support with {@link
 *       JsonFile#unsupported}: nothing that changes the result may be passed over;
 *   <li>tells the few sizes below;
 *   <li>says its pass in {@link #forward}, where it names each weight, as checkpoints have it, with its shape.
 * </ol>
 *
 * <p>A family that resembles Llama extends {@link Llama} and overrides what differs. Precision, device, cache and batches
 * are not its business. A test compares it with a reference in plain loops, on small random weights.
 */
public interface ModelFamily {
    /** The families by the {@code model_type} of their {@code config.json}. */
    Map<String, Function<JsonFile, ModelFamily>> FAMILIES = new TreeMap<>(Map.of(
            "gpt2", Gpt2::new,
            "llama", Llama::new,
            "mistral", Mistral::new,
            "qwen2", Qwen2::new,
            "qwen3", Qwen3::new,
            "smollm3", SmolLm3::new));

    /** The family that a configuration names. */
    static ModelFamily of(JsonFile config) {
        String type = config.text("model_type");
        Function<JsonFile, ModelFamily> family = FAMILIES.get(type);
        if (family == null) {
            throw new ModelLoadException(config.file() + ": model_type is \"" + type
                    + "\", which is not supported: take a model of type " + String.join(" or ", FAMILIES.keySet()));
        }
        if (config.isPresent("quantization_config")) {
            throw config.unsupported(
                    "quantization_config", "take the model's unquantized weights; precision is chosen when loading");
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

package dev.tokenring.llm.model;

import dev.tokenring.llm.GenerationOptions;
import dev.tokenring.llm.ModelLoadException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A folder in the style of Hugging Face: {@code config.json}, {@code model.safetensors} and {@code tokenizer.json}, and if
 * present {@code tokenizer_config.json} and {@code generation_config.json}. Opening it reads the small files only.
 */
public final class ModelFolder {
    private final Path folder;
    private final JsonFile config;
    private final JsonFile tokenizerConfig;
    private final JsonFile generationConfig;
    private final ModelFamily family;

    private ModelFolder(Path folder) {
        this.folder = folder;
        config = JsonFile.read(folder.resolve("config.json"));
        tokenizerConfig = JsonFile.readIfPresent(folder.resolve("tokenizer_config.json"));
        generationConfig = JsonFile.readIfPresent(folder.resolve("generation_config.json"));
        family = ModelFamily.of(config);
    }

    /** Opens a folder that has all that a model needs. */
    public static ModelFolder open(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new ModelLoadException("the model folder " + folder
                    + (Files.exists(folder) ? " is a file" : " does not exist")
                    + ": give a folder with config.json, model.safetensors and tokenizer.json");
        }
        require(folder, "config.json", "take the whole folder of a Hugging Face model");
        require(folder, "model.safetensors", remedyForWeights(folder));
        require(
                folder,
                "tokenizer.json",
                "save the model's fast tokenizer there (transformers: AutoTokenizer.from_pretrained(…).save_pretrained(…))");
        return new ModelFolder(folder);
    }

    private static void require(Path folder, String file, String remedy) {
        if (!Files.isRegularFile(folder.resolve(file))) {
            throw new ModelLoadException("the model folder " + folder + " has no " + file + ": " + remedy);
        }
    }

    private static String remedyForWeights(Path folder) {
        if (Files.exists(folder.resolve("model.safetensors.index.json"))) {
            return "its weights are in several files, which is not supported; save them as one"
                    + " (transformers: save_pretrained(…, max_shard_size=\"100GB\"))";
        }
        if (Files.exists(folder.resolve("pytorch_model.bin"))) {
            return "it has pytorch_model.bin instead; convert that"
                    + " (transformers: AutoModelForCausalLM.from_pretrained(…).save_pretrained(…, safe_serialization=True))";
        }
        return "take the whole folder of a Hugging Face model";
    }

    /** The folder's name. */
    public String name() {
        Path name = folder.toAbsolutePath().normalize().getFileName();
        return name == null ? folder.toString() : name.toString();
    }

    public ModelFamily family() {
        return family;
    }

    /** Opens the weights, and checks their header. */
    public SafeTensors openWeights() {
        return SafeTensors.open(folder.resolve("model.safetensors"));
    }

    /** Reads the tokenizer. */
    public Tokenizer loadTokenizer() {
        return Tokenizer.load(folder.resolve("tokenizer.json"));
    }

    /** How the model wants a conversation written down. */
    public ChatTemplate chatTemplate() {
        var specialTokens = new HashMap<String, String>();
        for (String name : List.of("bos_token", "eos_token", "unk_token", "pad_token")) {
            String token = tokenizerConfig.textOrContent(name);
            if (token != null) {
                specialTokens.put(name, token);
            }
        }
        return new ChatTemplate(tokenizerConfig.textOrContent("chat_template"), Map.copyOf(specialTokens));
    }

    /** How the model's makers generate: its {@code generation_config.json}, and greedily where that says nothing. */
    public GenerationOptions defaults() {
        Set<Integer> endTokens = new LinkedHashSet<>(generationConfig.integers("eos_token_id"));
        if (endTokens.isEmpty()) {
            endTokens.addAll(config.integers("eos_token_id"));
        }
        boolean sampled = generationConfig.flagOr("do_sample", false);
        return GenerationOptions.GREEDY
                .withEndTokens(endTokens)
                .withMaxTokens(generationConfig.countOr("max_new_tokens", GenerationOptions.GREEDY.maxTokens()))
                .withTemperature(sampled ? generationConfig.numberOr("temperature", 1) : 0)
                .withTopK(sampled ? (int) generationConfig.numberOr("top_k", 50) : 0)
                .withTopP(sampled ? generationConfig.numberOr("top_p", 1) : 1);
    }
}

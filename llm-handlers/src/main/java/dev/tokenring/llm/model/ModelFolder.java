package dev.tokenring.llm.model;

import com.google.gson.JsonElement;
import dev.tokenring.llm.GenerationOptions;
import dev.tokenring.llm.ModelLoadException;
import dev.tokenring.llm.Penalties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A folder in the style of Hugging Face: {@code config.json}, {@code model.safetensors} (or shards of it, with
 * {@code model.safetensors.index.json}) and {@code tokenizer.json}, and if present {@code tokenizer_config.json} and
 * {@code generation_config.json}. Opening it reads the small files only.
 */
public final class ModelFolder {
    private static final String TEMPLATE = "chat_template.jinja";

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
        if (!Files.exists(folder.resolve(ShardIndex.FILE))) {
            require(folder, SafeTensors.FILE, remedyForWeights(folder));
        }
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
        if (Files.exists(folder.resolve("pytorch_model.bin"))
                || Files.exists(folder.resolve("pytorch_model.bin.index.json"))) {
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

    /** Opens the weights, and checks their headers. */
    public SafeTensors openWeights() {
        return SafeTensors.open(folder);
    }

    /** Reads the tokenizer. */
    public Tokenizer loadTokenizer() {
        return Tokenizer.load(folder.resolve("tokenizer.json"), family.vocabularySize(), tokenizerConfig);
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
        String text = chatTemplateText();
        Path file = folder.resolve(TEMPLATE);
        return text == null
                ? ChatTemplate.none()
                : ChatTemplate.of(text, Files.exists(file) ? file : tokenizerConfig.file(), specialTokens);
    }

    /** A file of its own, or a text in the tokenizer's configuration, or one of several there, by name. */
    private @Nullable String chatTemplateText() {
        Path file = folder.resolve(TEMPLATE);
        if (Files.exists(file)) {
            try {
                return Files.readString(file);
            } catch (IOException e) {
                throw ModelLoadException.because(file + " can't be read", e, "check that it is a readable text file");
            }
        }
        JsonElement value = tokenizerConfig.element("chat_template");
        if (value == null || value.isJsonPrimitive()) {
            return value == null ? null : tokenizerConfig.text("chat_template");
        }
        try {
            for (JsonElement named : value.getAsJsonArray()) {
                if (named.getAsJsonObject().get("name").getAsString().equals("default")) {
                    return named.getAsJsonObject().get("template").getAsString();
                }
            }
            return null;
        } catch (IllegalStateException | UnsupportedOperationException | NullPointerException e) {
            throw new ModelLoadException(
                    tokenizerConfig.file()
                            + ": chat_template is neither a text nor a list of named texts: copy it again"
                            + " from where the model came from",
                    e);
        }
    }

    /** Without those that the model can't generate: some write -1 for none. */
    private Set<Integer> endTokens(JsonFile file) {
        Set<Integer> endTokens = new LinkedHashSet<>(file.integers("eos_token_id"));
        endTokens.removeIf(id -> id < 0 || id >= family.vocabularySize());
        return endTokens;
    }

    /** How the model's makers generate: its {@code generation_config.json}, and greedily where that says nothing. */
    public GenerationOptions defaults() {
        Set<Integer> endTokens = endTokens(generationConfig);
        if (endTokens.isEmpty()) {
            endTokens = endTokens(config);
        }
        int maxTokens =
                generationConfig.countOr("max_new_tokens", Integer.MAX_VALUE, GenerationOptions.GREEDY.maxTokens());
        boolean sampled = generationConfig.flagOr("do_sample", false);
        try {
            return GenerationOptions.GREEDY
                    .withEndTokens(endTokens)
                    .withMaxTokens(maxTokens)
                    .withTemperature(sampled ? generationConfig.numberOr("temperature", 1) : 0)
                    .withTopK(sampled ? (int) generationConfig.numberOr("top_k", 50) : 0)
                    .withTopP(sampled ? generationConfig.numberOr("top_p", 1) : 1)
                    .withMinP(sampled ? generationConfig.numberOr("min_p", 0) : 0)
                    .withPenalties(Penalties.NONE.withRepetition(generationConfig.numberOr("repetition_penalty", 1)));
        } catch (IllegalArgumentException e) {
            throw new ModelLoadException(generationConfig.file() + ": " + e.getMessage(), e);
        }
    }
}

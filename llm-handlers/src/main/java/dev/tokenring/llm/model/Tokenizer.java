package dev.tokenring.llm.model;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.tokenring.llm.ModelLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The tokenizer of a model folder. Text and token ids in both directions; safe for use by any thread.
 *
 * <p>A special token such as {@code <|user|>} is one token where a template writes it, but ordinary characters where a
 * user types it: see {@link #BREAK}.
 */
public final class Tokenizer implements AutoCloseable {
    /**
     * Put into a text to keep what stands around it from becoming one token. A private-use character, taken out before
     * the text is tokenized.
     */
    public static final char BREAK = '\uE0F7';

    private final HuggingFaceTokenizer tokenizer;
    private final List<String> specialTokens;

    private Tokenizer(HuggingFaceTokenizer tokenizer, List<String> specialTokens) {
        this.tokenizer = tokenizer;
        this.specialTokens = specialTokens;
    }

    /** Reads a {@code tokenizer.json}. */
    static Tokenizer load(Path file) {
        try {
            String json = Files.readString(file);
            return new Tokenizer(
                    HuggingFaceTokenizer.newInstance(
                            file, Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false")),
                    specialTokens(json));
        } catch (IOException | RuntimeException | LinkageError e) {
            throw new ModelLoadException(
                    file + " is not a tokenizer that can be read (" + e.getMessage()
                            + "): copy it again from where the model came from",
                    e);
        }
    }

    private static List<String> specialTokens(String json) {
        JsonObject root = JsonParser.parseString(json).getAsJsonObject();
        var tokens = new ArrayList<String>();
        if (root.has("added_tokens")) {
            for (JsonElement token : root.getAsJsonArray("added_tokens")) {
                tokens.add(token.getAsJsonObject().get("content").getAsString());
            }
        }
        return tokens;
    }

    /** Marks a user's text so that nothing in it becomes a special token. */
    public String neutralise(String text) {
        String neutral = text.replace(String.valueOf(BREAK), "");
        for (String token : specialTokens) {
            if (token.length() > 1) {
                neutral = neutral.replace(token, token.charAt(0) + String.valueOf(BREAK) + token.substring(1));
            }
        }
        return neutral;
    }

    /** Tokenizes a text in which special tokens are meant, and {@link #BREAK} keeps others from arising. */
    public int[] encode(String text) {
        var ids = new ArrayList<Integer>();
        for (String part : text.split(String.valueOf(BREAK), -1)) {
            if (!part.isEmpty()) {
                for (long id : tokenizer.encode(part, false, false).getIds()) {
                    ids.add((int) id);
                }
            }
        }
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The text of tokens; special ones are left out, and bytes that are no character become U+FFFD. */
    public String decode(List<Integer> ids) {
        return tokenizer.decode(ids.stream().mapToLong(Integer::longValue).toArray(), true);
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}

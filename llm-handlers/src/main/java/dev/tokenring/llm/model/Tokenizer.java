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
import org.jspecify.annotations.Nullable;

/**
 * The tokenizer of a model folder. Text and token ids in both directions; safe for use by any thread.
 *
 * <p>A special token such as {@code <|user|>} is one token where a template writes it, but ordinary characters where a
 * user types it: see {@link #BREAK}.
 */
public final class Tokenizer implements AutoCloseable {
    /**
     * Put into a text to keep what stands around it from becoming one token; taken out before the text is tokenized. It
     * is one of the noncharacters that Unicode reserves for use inside a program, so no text has it.
     */
    public static final char BREAK = '\uFDD0';

    private final HuggingFaceTokenizer tokenizer;
    private final List<String> specialTokens;
    private final @Nullable List<byte[]> bytesById;
    private @Nullable Vocabulary vocabulary;

    private Tokenizer(HuggingFaceTokenizer tokenizer, List<String> specialTokens, @Nullable List<byte[]> bytesById) {
        this.tokenizer = tokenizer;
        this.specialTokens = specialTokens;
        this.bytesById = bytesById;
    }

    /** Reads a {@code tokenizer.json}. */
    static Tokenizer load(Path file, int vocabularySize) {
        DjlSetting.keepOffline();
        try {
            JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
            requireFit(file, json, vocabularySize);
            return new Tokenizer(
                    HuggingFaceTokenizer.newInstance(
                            file, Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false")),
                    addedTokens(json),
                    TokenBytes.read(json, vocabularySize));
        } catch (ModelLoadException e) {
            throw e;
        } catch (LinkageError e) {
            throw ModelLoadException.because(
                    "the tokenizers' native library can't be loaded",
                    e,
                    "use a platform that ai.djl.huggingface:tokenizers has it for, or set RUST_LIBRARY_PATH");
        } catch (IOException | RuntimeException e) {
            throw ModelLoadException.because(
                    file + " is not a tokenizer that can be read", e, "copy it again from where the model came from");
        }
    }

    /** Added tokens may lie beyond a model's vocabulary: there are checkpoints with tokens that they never use. */
    private static void requireFit(Path file, JsonObject json, int vocabularySize) {
        JsonElement vocabulary = json.getAsJsonObject("model").get("vocab");
        long tokens = vocabulary.isJsonObject()
                ? vocabulary.getAsJsonObject().entrySet().stream()
                                .mapToLong(token -> token.getValue().getAsLong())
                                .max()
                                .orElse(-1)
                        + 1
                : vocabulary.getAsJsonArray().size();
        if (tokens > vocabularySize) {
            throw new ModelLoadException(file + " has " + tokens + " tokens, but vocab_size in config.json is "
                    + vocabularySize + ": take the tokenizer.json and the config.json of one model");
        }
    }

    /** Tokens that take the place of their text wherever it stands; those that are only spaces mean no more than it. */
    private static List<String> addedTokens(JsonObject json) {
        var tokens = new ArrayList<String>();
        if (json.has("added_tokens")) {
            for (JsonElement token : json.getAsJsonArray("added_tokens")) {
                String content = token.getAsJsonObject().get("content").getAsString();
                if (!content.isBlank()) {
                    tokens.add(content);
                }
            }
        }
        return tokens;
    }

    /** Marks a user's text so that nothing in it becomes a special token. */
    public String neutralise(String text) {
        String neutral = text.replace(String.valueOf(BREAK), "");
        for (String token : specialTokens) {
            int rest = token.offsetByCodePoints(0, 1);
            if (rest < token.length()) {
                neutral = breakUp(neutral, token, token.substring(0, rest) + BREAK + token.substring(rest));
            }
        }
        return neutral;
    }

    /** Again until none is left, for a token may begin within the one before it: {@code ||A||A||} has {@code ||A||} twice. */
    private static String breakUp(String text, String token, String broken) {
        String neutral = text;
        while (neutral.contains(token)) {
            neutral = neutral.replace(token, broken);
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

    /**
     * The bytes of each token, made when they are asked for first.
     *
     * @throws IllegalArgumentException if they can't be told, because the tokenizer has a decoder of an unknown kind
     */
    public synchronized Vocabulary vocabulary() {
        if (bytesById == null) {
            throw new IllegalArgumentException(
                    "the model's tokenizer does not tell which bytes its tokens stand for, so"
                            + " text can't be constrained: generate without a constraint, or take a model whose tokenizer.json"
                            + " has a decoder of the kinds ByteLevel, Metaspace, or Replace with ByteFallback");
        }
        if (vocabulary == null) {
            vocabulary = new Vocabulary(bytesById);
        }
        return vocabulary;
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}

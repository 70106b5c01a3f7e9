package dev.tokenring.llm.model;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.tokenring.llm.ModelLoadException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
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

    /** Stands before a text that goes on from another; a line's end is a token of its own in all vocabularies of words. */
    private static final String ANCHOR = "\n";

    private static final char REPLACEMENT = '\uFFFD';

    private final HuggingFaceTokenizer tokenizer;
    private final List<String> addedTokens;
    private final List<String> specialTokens;
    private final int[] beginning;
    private final int[] anchor;
    private final boolean beginsWithSpace;
    private final @Nullable List<byte[]> bytesById;
    private final boolean decodesByBytes;
    private @Nullable Vocabulary vocabulary;

    private Tokenizer(HuggingFaceTokenizer tokenizer, JsonObject json, int vocabularySize, JsonFile config) {
        this.tokenizer = tokenizer;
        this.addedTokens = addedTokens(json, false);
        this.specialTokens = addedTokens(json, true);
        this.bytesById = TokenBytes.read(json, vocabularySize);
        this.decodesByBytes = TokenBytes.areWholeText(json) && areAddedTokensWhereTheySay(json);
        this.beginning = beginning(config);
        this.anchor = ids(ANCHOR, false);
        this.beginsWithSpace = !Arrays.equals(
                ids(ANCHOR + "a", false),
                IntStream.concat(Arrays.stream(anchor), Arrays.stream(ids("a", false)))
                        .toArray());
    }

    /** Not so in a file with holes, or with a token that the vocabulary has too: the library gives them ids of its own then. */
    private boolean areAddedTokensWhereTheySay(JsonObject json) {
        if (bytesById == null || !json.has("added_tokens")) {
            return true;
        }
        for (JsonElement token : json.getAsJsonArray("added_tokens")) {
            int id = token.getAsJsonObject().get("id").getAsInt();
            if (isOfTheModel(id) && !concatenate(bytesById, List.of(id)).equals(decodeNatively(List.of(id)))) {
                return false;
            }
        }
        return true;
    }

    /** Reads a {@code tokenizer.json}, and from its configuration what a text begins with. */
    static Tokenizer load(Path file, int vocabularySize, JsonFile config) {
        DjlSetting.keepOffline();
        try {
            JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
            requireFit(file, json, vocabularySize);
            HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.newInstance(
                    file, Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
            try {
                return new Tokenizer(tokenizer, json, vocabularySize, config);
            } catch (RuntimeException e) {
                tokenizer.close();
                throw e;
            }
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

    /**
     * Tokens that take the place of their text wherever it stands. Those that are only spaces mean no more than it, and
     * those with a {@link #BREAK} stand nowhere.
     */
    private static List<String> addedTokens(JsonObject json, boolean specialOnly) {
        var tokens = new ArrayList<String>();
        if (json.has("added_tokens")) {
            for (JsonElement element : json.getAsJsonArray("added_tokens")) {
                JsonObject token = element.getAsJsonObject();
                String content = token.get("content").getAsString();
                boolean special = !token.has("special") || token.get("special").getAsBoolean();
                if (!content.isBlank() && content.indexOf(BREAK) < 0 && (special || !specialOnly)) {
                    tokens.add(content);
                }
            }
        }
        return tokens;
    }

    /** Marks a user's text so that nothing in it becomes a token that is more than its characters. */
    public String neutralise(String text) {
        return breakUp(text, addedTokens);
    }

    /**
     * Marks what a model said so that nothing in it becomes a special token. Others, such as {@code <think>}, are words of the
     * model's own, which templates look for.
     */
    public String neutraliseSpecial(String text) {
        return breakUp(text, specialTokens);
    }

    private static String breakUp(String text, List<String> tokens) {
        String neutral = text.replace(String.valueOf(BREAK), "");
        for (String token : tokens) {
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

    /** What the tokenizer puts before a text: as {@code add_bos_token} says, or else its post-processor. */
    private int[] beginning(JsonFile config) {
        if (!config.isPresent("add_bos_token")) {
            int[] alone = ids("a", false);
            int[] processed = ids("a", true);
            int at = Collections.indexOfSubList(
                    Arrays.stream(processed).boxed().toList(),
                    Arrays.stream(alone).boxed().toList());
            return Arrays.copyOf(processed, Math.max(0, at));
        }
        if (!config.flagOr("add_bos_token", false)) {
            return new int[0];
        }
        String token = config.textOrContent("bos_token");
        int[] beginning = token == null ? new int[0] : ids(token, false);
        if (beginning.length != 1) {
            throw new ModelLoadException(config.file() + ": add_bos_token is true, but bos_token is " + token
                    + ", which is no token of tokenizer.json: take both files of one model");
        }
        return beginning;
    }

    private int[] ids(String text, boolean processed) {
        return Arrays.stream(tokenizer.encode(text, processed, false).getIds())
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    /**
     * Tokenizes a text from its very beginning, with the token before it that the model was trained to find there, if it was
     * and the text does not have it. An end token, which some tokenizers would put behind the text, is left out, for the
     * model is to go on.
     */
    public int[] encodeFromBeginning(String text) {
        int[] ids = encode(text);
        boolean there =
                ids.length >= beginning.length && Arrays.equals(beginning, Arrays.copyOf(ids, beginning.length));
        return there
                ? ids
                : IntStream.concat(Arrays.stream(beginning), Arrays.stream(ids)).toArray();
    }

    /** Tokenizes a text in which special tokens are meant, and {@link #BREAK} keeps others from arising. */
    public int[] encode(String text) {
        var ids = IntStream.builder();
        boolean first = true;
        for (String part : text.split(String.valueOf(BREAK), -1)) {
            if (!part.isEmpty()) {
                Arrays.stream(first ? ids(part, false) : following(part)).forEach(ids);
                first = false;
            }
        }
        return ids.build().toArray();
    }

    /** A vocabulary of words puts a space before a text, but not into the middle of one. */
    private int[] following(String part) {
        if (beginsWithSpace) {
            int[] anchored = ids(ANCHOR + part, false);
            if (anchored.length >= anchor.length && Arrays.equals(anchor, Arrays.copyOf(anchored, anchor.length))) {
                return Arrays.copyOfRange(anchored, anchor.length, anchored.length);
            }
        }
        return ids(part, false);
    }

    /** The text of tokens; special ones are left out, and bytes that are no character become U+FFFD. */
    public String decode(List<Integer> ids) {
        if (decodesByBytes && bytesById != null) {
            String text = concatenate(bytesById, ids);
            // The library says how many stand for bytes that are no character, and what tokens are that the model has
            // not.
            if (text.indexOf(REPLACEMENT) < 0 && ids.stream().allMatch(this::isOfTheModel)) {
                return text;
            }
        }
        return decodeNatively(ids);
    }

    /** Takes several times as long as to put bytes together, and is asked twice for each token that is generated. */
    String decodeNatively(List<Integer> ids) {
        return tokenizer.decode(ids.stream().mapToLong(Integer::longValue).toArray(), true);
    }

    private boolean isOfTheModel(int id) {
        return bytesById != null && id >= 0 && id < bytesById.size();
    }

    private String concatenate(List<byte[]> bytesById, List<Integer> ids) {
        var text = new ByteArrayOutputStream();
        for (int id : ids) {
            if (isOfTheModel(id)) {
                text.writeBytes(bytesById.get(id));
            }
        }
        return text.toString(StandardCharsets.UTF_8);
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

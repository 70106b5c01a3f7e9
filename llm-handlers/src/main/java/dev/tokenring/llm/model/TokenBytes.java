package dev.tokenring.llm.model;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What bytes each token adds to a text, by what a {@code tokenizer.json} says of its decoder. Asking the tokenizer to
 * decode each token alone would not tell, for a token may be a part of a character.
 */
final class TokenBytes {
    /** GPT-2 writes a byte as the character of its number where that is printable, and the others from 256 on, in order. */
    private static final int[] BYTE_BY_CHARACTER = byteByCharacter();

    private static final Function<String, byte[]> BYTE_LEVEL = TokenBytes::byteLevel;

    private static int[] byteByCharacter() {
        int[] bytes = new int[512];
        Arrays.fill(bytes, -1);
        int others = 0;
        for (int value = 0; value < 256; value++) {
            boolean printable = (value >= '!' && value <= '~') || (value >= 0xa1 && value <= 0xac) || value >= 0xae;
            bytes[printable ? value : 256 + others++] = value;
        }
        return bytes;
    }

    private TokenBytes() {}

    /**
     * Whether a text is the bytes of its tokens and nothing else, as it is with byte-level decoders. Others treat the first
     * token of a text, or bytes that are no character, in ways of their own.
     */
    static boolean areWholeText(JsonObject json) {
        return decoder(json.get("decoder")) == BYTE_LEVEL;
    }

    /** By id; empty for special tokens and for ids without a token; null if the decoder is of an unknown kind. */
    static @Nullable List<byte[]> read(JsonObject json, int vocabularySize) {
        Function<String, byte[]> decoder = decoder(json.get("decoder"));
        if (decoder == null) {
            return null;
        }
        List<byte[]> bytesById = new ArrayList<>(Collections.nCopies(vocabularySize, new byte[0]));
        JsonElement vocabulary = json.getAsJsonObject("model").get("vocab");
        if (vocabulary.isJsonObject()) {
            for (Map.Entry<String, JsonElement> token :
                    vocabulary.getAsJsonObject().entrySet()) {
                bytesById.set(token.getValue().getAsInt(), decoder.apply(token.getKey()));
            }
        } else {
            JsonArray tokens = vocabulary.getAsJsonArray();
            for (int id = 0; id < tokens.size(); id++) {
                bytesById.set(
                        id, decoder.apply(tokens.get(id).getAsJsonArray().get(0).getAsString()));
            }
        }
        if (json.has("added_tokens")) {
            for (JsonElement element : json.getAsJsonArray("added_tokens")) {
                JsonObject added = element.getAsJsonObject();
                int id = added.get("id").getAsInt();
                if (id < vocabularySize) {
                    boolean special =
                            added.has("special") && added.get("special").getAsBoolean();
                    bytesById.set(
                            id,
                            special
                                    ? new byte[0]
                                    : decoder.apply(added.get("content").getAsString()));
                }
            }
        }
        return bytesById;
    }

    private static @Nullable Function<String, byte[]> decoder(@Nullable JsonElement element) {
        if (element == null || !element.isJsonObject()) {
            return null;
        }
        JsonObject decoder = element.getAsJsonObject();
        return switch (decoder.get("type").getAsString()) {
            case "ByteLevel" -> BYTE_LEVEL;
            case "Metaspace" -> {
                String space =
                        decoder.has("replacement") ? decoder.get("replacement").getAsString() : "\u2581";
                yield token -> utf8(token.replace(space, " "));
            }
            case "Sequence" -> sequence(decoder.getAsJsonArray("decoders"));
            default -> null;
        };
    }

    /** SentencePiece's: spaces are written as another character, and bytes that have no token by their numbers. */
    private static @Nullable Function<String, byte[]> sequence(JsonArray decoders) {
        Function<String, String> replaced = Function.identity();
        boolean fallsBack = false;
        for (JsonElement element : decoders) {
            JsonObject decoder = element.getAsJsonObject();
            switch (decoder.get("type").getAsString()) {
                case "Replace" -> {
                    JsonElement pattern = decoder.getAsJsonObject("pattern").get("String");
                    if (pattern == null) {
                        return null;
                    }
                    String content = decoder.get("content").getAsString();
                    replaced = replaced.andThen(token -> token.replace(pattern.getAsString(), content));
                }
                case "ByteFallback" -> fallsBack = true;
                case "ByteLevel" -> {
                    return decoders.size() == 1 ? BYTE_LEVEL : null;
                }
                case "Metaspace" -> replaced = replaced.andThen(token -> token.replace("\u2581", " "));
                case "Fuse", "Strip" -> {} // of the whole text, not of a token
                default -> {
                    return null;
                }
            }
        }
        Function<String, String> text = replaced;
        boolean bytes = fallsBack;
        return token -> bytes && token.matches("<0x[0-9A-Fa-f]{2}>")
                ? new byte[] {(byte) Integer.parseInt(token.substring(3, 5), 16)}
                : utf8(text.apply(token));
    }

    /** A token with a character that stands for no byte is an added one, and stands for itself. */
    private static byte[] byteLevel(String token) {
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < token.length(); i++) {
            char character = token.charAt(i);
            if (character >= BYTE_BY_CHARACTER.length || BYTE_BY_CHARACTER[character] < 0) {
                return utf8(token);
            }
            bytes.write(BYTE_BY_CHARACTER[character]);
        }
        return bytes.toByteArray();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

package dev.tokenring.benchmarks.generation;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A vocabulary of single characters, laid out as Llama 2's is: three special tokens, the 256 bytes, and then the words, each
 * of which is one character. So a prompt is the same tokens for those who take token ids and those who take a text only,
 * whatever way the latter have of finding words in it.
 *
 * <p>The characters are the last ones before the surrogates. None of them is a space, to which tokenizers do things.
 */
final class CharacterVocabulary {
    static final int UNKNOWN = 0;
    static final int BEGIN = 1;
    static final int END = 2;

    /** The first token that is a character. */
    static final int FIRST_CHARACTER = 3 + 256;

    private final int size;

    CharacterVocabulary(int size) {
        if (size <= FIRST_CHARACTER || size > FIRST_CHARACTER + Character.MIN_SURROGATE - ' ') {
            throw new IllegalArgumentException("the vocabulary has " + size + " tokens: it must have more than "
                    + FIRST_CHARACTER + " and no more than there are characters before the surrogates");
        }
        this.size = size;
    }

    int size() {
        return size;
    }

    /** What a token is called in a vocabulary's list. */
    String token(int id) {
        return switch (id) {
            case UNKNOWN -> "<unk>";
            case BEGIN -> "<s>";
            case END -> "</s>";
            default -> id < FIRST_CHARACTER ? "<0x%02X>".formatted(id - 3) : String.valueOf(character(id));
        };
    }

    private char character(int id) {
        return (char) (Character.MIN_SURROGATE - size + id);
    }

    /**
     * The text that is these tokens.
     *
     * @throws IllegalArgumentException if one is no character
     */
    String text(int[] ids) {
        return Arrays.stream(ids)
                .mapToObj(id -> {
                    if (id < FIRST_CHARACTER || id >= size) {
                        throw new IllegalArgumentException("the token " + id + " is no character: those are from "
                                + FIRST_CHARACTER + " to " + (size - 1));
                    }
                    return String.valueOf(character(id));
                })
                .collect(Collectors.joining());
    }

    /** What a {@code tokenizer.json} says. */
    Map<String, Object> tokenizerJson() {
        var vocabulary = new LinkedHashMap<String, Object>();
        IntStream.range(0, size).forEach(id -> vocabulary.put(token(id), id));
        var model = new LinkedHashMap<String, Object>();
        model.put("type", "BPE");
        model.put("unk_token", token(UNKNOWN));
        model.put("fuse_unk", true);
        model.put("byte_fallback", true);
        model.put("vocab", vocabulary);
        model.put("merges", List.of());
        var json = new LinkedHashMap<String, Object>();
        json.put("version", "1.0");
        json.put(
                "added_tokens",
                IntStream.of(UNKNOWN, BEGIN, END).mapToObj(this::special).toList());
        json.put(
                "decoder",
                Map.of(
                        "type",
                        "Sequence",
                        "decoders",
                        List.of(Map.of("type", "ByteFallback"), Map.of("type", "Fuse"))));
        json.put("model", model);
        return json;
    }

    private Map<String, Object> special(int id) {
        return Map.of(
                "id", id,
                "content", token(id),
                "single_word", false,
                "lstrip", false,
                "rstrip", false,
                "normalized", false,
                "special", true);
    }
}

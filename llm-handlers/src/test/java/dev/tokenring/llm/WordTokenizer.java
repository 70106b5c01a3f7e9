package dev.tokenring.llm;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;

/**
 * A {@code tokenizer.json} in the manner of Llama 2: words begin with ▁, also the first of a text; characters outside the
 * vocabulary fall back to their bytes; and a text begins with {@code <s>}.
 */
public final class WordTokenizer {
    public static final int BEGIN = 1;
    public static final int END = 2;

    private static final List<String> MERGES = List.of("▁ t", "h e", "▁t he", "▁ c", "▁c a", "▁ca t", "s a", "sa t");

    private WordTokenizer() {}

    public static JsonObject json() {
        var tokenizer = new JsonObject();
        tokenizer.addProperty("version", "1.0");
        tokenizer.add("added_tokens", addedTokens());
        tokenizer.add("normalizer", tree("""
                {"type": "Sequence", "normalizers": [
                  {"type": "Prepend", "prepend": "▁"},
                  {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}"""));
        tokenizer.add("post_processor", tree("""
                {"type": "TemplateProcessing",
                  "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                             {"SpecialToken": {"id": "</s>", "type_id": 0}}],
                  "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                  "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]},
                                     "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]}}}"""));
        tokenizer.add("decoder", tree("""
                {"type": "Sequence", "decoders": [
                  {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
                  {"type": "ByteFallback"}, {"type": "Fuse"},
                  {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}"""));
        tokenizer.add("model", model());
        return tokenizer;
    }

    private static JsonObject tree(String json) {
        return new Gson().fromJson(json, JsonObject.class);
    }

    private static JsonArray addedTokens() {
        var added = new JsonArray();
        for (String token : List.of("<unk>", "<s>", "</s>")) {
            added.add(tree("""
                    {"id": %d, "content": "%s", "single_word": false, "lstrip": false, "rstrip": false,
                      "normalized": false, "special": true}""".formatted(added.size(), token)));
        }
        return added;
    }

    private static JsonObject model() {
        var vocabulary = new JsonObject();
        List.of("<unk>", "<s>", "</s>").forEach(token -> vocabulary.addProperty(token, vocabulary.size()));
        for (int value = 0; value < 256; value++) {
            vocabulary.addProperty("<0x%02X>".formatted(value), vocabulary.size());
        }
        for (String character : "▁ t h e c a s b < / > é".split(" ")) {
            vocabulary.addProperty(character, vocabulary.size());
        }
        MERGES.forEach(merge -> vocabulary.addProperty(merge.replace(" ", ""), vocabulary.size()));
        var bpe = new JsonObject();
        bpe.addProperty("type", "BPE");
        bpe.addProperty("unk_token", "<unk>");
        bpe.addProperty("fuse_unk", true);
        bpe.addProperty("byte_fallback", true);
        bpe.add("vocab", vocabulary);
        bpe.add("merges", new Gson().toJsonTree(MERGES));
        return bpe;
    }
}

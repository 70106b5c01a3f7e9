package dev.tokenring.llm;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;

/** A byte-level {@code tokenizer.json} whose vocabulary is the bytes, in the order of their values, and an end token. */
final class ByteTokenizer {
    private ByteTokenizer() {}

    static JsonObject json() {
        var vocabulary = new JsonObject();
        for (int value = 0; value < 256; value++) {
            vocabulary.addProperty(String.valueOf(byteLevelCharacter(value)), value);
        }
        vocabulary.addProperty("<|endoftext|>", TinyModel.END);
        var bpe = new JsonObject();
        bpe.addProperty("type", "BPE");
        bpe.add("vocab", vocabulary);
        bpe.add("merges", new JsonArray());
        var end = new JsonObject();
        end.addProperty("id", TinyModel.END);
        end.addProperty("content", "<|endoftext|>");
        for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
            end.addProperty(flag, false);
        }
        end.addProperty("special", true);
        var added = new JsonArray();
        added.add(end);
        var byteLevel = new JsonObject();
        byteLevel.addProperty("type", "ByteLevel");
        byteLevel.addProperty("add_prefix_space", false);
        byteLevel.addProperty("trim_offsets", true);
        byteLevel.addProperty("use_regex", true);
        var tokenizer = new JsonObject();
        tokenizer.addProperty("version", "1.0");
        tokenizer.add("added_tokens", added);
        tokenizer.add("pre_tokenizer", byteLevel);
        tokenizer.add("decoder", byteLevel);
        tokenizer.add("model", bpe);
        return tokenizer;
    }

    /** GPT-2 writes printable bytes as themselves, and the others as the characters from 256 on, in order. */
    private static char byteLevelCharacter(int value) {
        int others = 0;
        for (int b = 0; b <= value; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
            if (b == value) {
                return printable ? (char) value : (char) (256 + others);
            }
            others += printable ? 0 : 1;
        }
        throw new IllegalArgumentException("not a byte: " + value);
    }
}

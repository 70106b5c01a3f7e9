package dev.tokenring.llm;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;

/** The model in the examples' folder, and what an independent implementation computed for it. */
final class HouseModel {
    static final Path FOLDER = Path.of("../examples/models/house-dialogue");

    /** One prompt and what must come of it. */
    record Case(String prompt, int[] promptIds, List<Integer> greedyIds, float[] firstLogits, String text) {
        @Override
        public String toString() {
            return prompt;
        }
    }

    static List<Case> reference() {
        return reference(FOLDER);
    }

    static List<Case> reference(Path folder) {
        try {
            JsonObject reference = JsonParser.parseString(Files.readString(folder.resolve("reference.json")))
                    .getAsJsonObject();
            return StreamSupport.stream(reference.getAsJsonArray("cases").spliterator(), false)
                    .map(JsonElement::getAsJsonObject)
                    .map(HouseModel::toCase)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Case toCase(JsonObject object) {
        JsonArray logits = object.getAsJsonArray("first_logits");
        float[] firstLogits = new float[logits.size()];
        for (int i = 0; i < firstLogits.length; i++) {
            firstLogits[i] = logits.get(i).getAsFloat();
        }
        return new Case(
                object.get("prompt").getAsString(),
                ids(object, "prompt_ids").stream().mapToInt(Integer::intValue).toArray(),
                ids(object, "greedy_ids"),
                firstLogits,
                object.get("text").getAsString());
    }

    private static List<Integer> ids(JsonObject object, String key) {
        return object.getAsJsonArray(key).asList().stream()
                .map(JsonElement::getAsInt)
                .toList();
    }

    private HouseModel() {}
}

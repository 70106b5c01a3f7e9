package dev.tokenring.llm.model;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.tokenring.llm.ModelLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A JSON object in a model folder, whose values are asked for by type; a wrong one is named with its file. */
public final class JsonFile {
    private final Path file;
    private final JsonObject object;

    private JsonFile(Path file, JsonObject object) {
        this.file = file;
        this.object = object;
    }

    /** Reads a file that must be there. */
    static JsonFile read(Path file) {
        try {
            return new JsonFile(
                    file, JsonParser.parseString(Files.readString(file)).getAsJsonObject());
        } catch (IOException e) {
            throw new ModelLoadException(file + " can't be read (" + e + "): check that it is there and readable", e);
        } catch (JsonParseException | IllegalStateException | StackOverflowError e) {
            throw new ModelLoadException(
                    file + " is not a JSON object: copy it again from where the model came from", e);
        }
    }

    /** Reads a file, or gives an empty object if there is none. */
    static JsonFile readIfPresent(Path file) {
        return Files.exists(file) ? read(file) : new JsonFile(file, new JsonObject());
    }

    /** A number of things, such as layers: at least 1. */
    public int count(String key) {
        int value = get(key, JsonElement::getAsInt);
        if (value < 1) {
            throw new ModelLoadException(file + ": " + key + " is " + value + ", but must be 1 or more");
        }
        return value;
    }

    public int countOr(String key, int otherwise) {
        return isPresent(key) ? count(key) : otherwise;
    }

    public double numberOr(String key, double otherwise) {
        return isPresent(key) ? get(key, JsonElement::getAsDouble) : otherwise;
    }

    public boolean flagOr(String key, boolean otherwise) {
        return isPresent(key) ? get(key, JsonElement::getAsBoolean) : otherwise;
    }

    public String text(String key) {
        return get(key, JsonElement::getAsString);
    }

    public String textOr(String key, String otherwise) {
        return isPresent(key) ? text(key) : otherwise;
    }

    /** A text, or the {@code content} of an object that stands in its place, or null. */
    public @Nullable String textOrContent(String key) {
        if (!isPresent(key)) {
            return null;
        }
        JsonElement value = object.get(key);
        if (value.isJsonObject() && value.getAsJsonObject().has("content")) {
            value = value.getAsJsonObject().get("content");
        }
        return value.isJsonPrimitive() ? value.getAsString() : null;
    }

    /** A whole number, or a list of them; empty if the key is absent or null. */
    public List<Integer> integers(String key) {
        if (!isPresent(key)) {
            return List.of();
        }
        return get(key, value -> {
            var numbers = new ArrayList<Integer>();
            if (value.isJsonArray()) {
                value.getAsJsonArray().forEach(element -> numbers.add(element.getAsInt()));
            } else {
                numbers.add(value.getAsInt());
            }
            return numbers;
        });
    }

    public boolean isPresent(String key) {
        return object.has(key) && !object.get(key).isJsonNull();
    }

    private <V> V get(String key, Function<JsonElement, V> as) {
        if (!isPresent(key)) {
            throw new ModelLoadException(file + " has no " + key + ": take the file that belongs to the model");
        }
        try {
            return as.apply(object.get(key));
        } catch (ClassCastException | IllegalStateException | UnsupportedOperationException | NumberFormatException e) {
            throw new ModelLoadException(
                    file + ": " + key + " is " + object.get(key) + ", which is not of the expected type", e);
        }
    }

    public Path file() {
        return file;
    }
}

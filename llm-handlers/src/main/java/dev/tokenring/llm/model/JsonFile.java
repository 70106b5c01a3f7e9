package dev.tokenring.llm.model;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.tokenring.llm.ModelLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A JSON object in a model folder, whose values are asked for by type; a wrong one is named with its file. */
public final class JsonFile {
    private final Path file;
    private final String path;
    private final JsonObject object;

    private JsonFile(Path file, String path, JsonObject object) {
        this.file = file;
        this.path = path;
        this.object = object;
    }

    /** Reads a file that must be there. */
    static JsonFile read(Path file) {
        try {
            return new JsonFile(
                    file, "", JsonParser.parseString(Files.readString(file)).getAsJsonObject());
        } catch (IOException e) {
            throw new ModelLoadException(file + " can't be read (" + e + "): check that it is there and readable", e);
        } catch (JsonParseException | IllegalStateException | StackOverflowError e) {
            throw new ModelLoadException(
                    file + " is not a JSON object: copy it again from where the model came from", e);
        }
    }

    /** Reads a file, or gives an empty object if there is none. */
    static JsonFile readIfPresent(Path file) {
        return Files.exists(file) ? read(file) : new JsonFile(file, "", new JsonObject());
    }

    /** A number of things, such as layers: at least 1, and at most what a model could have. */
    public int count(String key, int most) {
        int value = get(key, JsonFile::wholeNumber);
        if (value < 1 || value > most) {
            throw new ModelLoadException(where(key) + " is " + value + ", but must be from 1 to " + most
                    + ": take the file that belongs to the model");
        }
        return value;
    }

    public int countOr(String key, int most, int otherwise) {
        return isPresent(key) ? count(key, most) : otherwise;
    }

    /** A finite number that is not negative. */
    public double numberOr(String key, double otherwise) {
        return isPresent(key) ? number(key) : otherwise;
    }

    /** A finite number that is not negative and must be there. */
    public double number(String key) {
        double value =
                get(key, element -> primitive(element, JsonPrimitive::isNumber).getAsDouble());
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new ModelLoadException(
                    where(key) + " is " + value + ", but must be 0 or more: take the file that belongs to the model");
        }
        return value;
    }

    public boolean flagOr(String key, boolean otherwise) {
        return isPresent(key)
                ? get(key, element -> primitive(element, JsonPrimitive::isBoolean)
                        .getAsBoolean())
                : otherwise;
    }

    public String text(String key) {
        return get(key, element -> primitive(element, JsonPrimitive::isString).getAsString());
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

    /** The object's value under a key; null if it has none. */
    @Nullable JsonElement element(String key) {
        return isPresent(key) ? object.get(key) : null;
    }

    /** The texts of a list; empty if the key is absent or null. */
    public List<String> texts(String key) {
        if (!isPresent(key)) {
            return List.of();
        }
        return get(key, value -> value.getAsJsonArray().asList().stream()
                .map(element -> primitive(element, JsonPrimitive::isString).getAsString())
                .toList());
    }

    /** The object under a key; an empty one if the key is absent or null. */
    public JsonFile object(String key) {
        JsonObject found = isPresent(key) ? get(key, JsonElement::getAsJsonObject) : new JsonObject();
        return new JsonFile(file, path + key + ".", found);
    }

    /** Whether a key is there, were its value null. */
    public boolean has(String key) {
        return object.has(key);
    }

    /** A key's value is not supported: says which, and what to do. */
    public ModelLoadException unsupported(String key, String remedy) {
        return new ModelLoadException(where(key) + " is " + object.get(key) + ", which is not supported: " + remedy);
    }

    private String where(String key) {
        return file + ": " + path + key;
    }

    /** A whole number, or a list of them; empty if the key is absent or null. */
    public List<Integer> integers(String key) {
        if (!isPresent(key)) {
            return List.of();
        }
        return get(key, value -> {
            var numbers = new ArrayList<Integer>();
            if (value.isJsonArray()) {
                value.getAsJsonArray().forEach(element -> numbers.add(wholeNumber(element)));
            } else {
                numbers.add(wholeNumber(value));
            }
            return numbers;
        });
    }

    public boolean isPresent(String key) {
        return object.has(key) && !object.get(key).isJsonNull();
    }

    private static int wholeNumber(JsonElement element) {
        return primitive(element, JsonPrimitive::isNumber).getAsBigDecimal().intValueExact();
    }

    private static JsonPrimitive primitive(JsonElement element, Predicate<JsonPrimitive> type) {
        JsonPrimitive value = element.getAsJsonPrimitive();
        if (!type.test(value)) {
            throw new IllegalStateException("of another type");
        }
        return value;
    }

    private <V> V get(String key, Function<JsonElement, V> as) {
        if (!isPresent(key)) {
            throw new ModelLoadException(file + " has no " + path + key + ": take the file that belongs to the model");
        }
        try {
            return as.apply(object.get(key));
        } catch (IllegalStateException | ArithmeticException | NumberFormatException e) {
            throw new ModelLoadException(
                    where(key) + " is " + object.get(key)
                            + ", which is not of the expected type: take the file that belongs to the model",
                    e);
        }
    }

    public Path file() {
        return file;
    }
}

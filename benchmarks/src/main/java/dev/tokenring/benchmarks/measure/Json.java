package dev.tokenring.benchmarks.measure;

import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Keeps records in files. */
public final class Json {
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private static final JsonMapper LINES = JsonMapper.builder().build();

    private Json() {}

    /**
     * Reads a record.
     *
     * @throws IllegalArgumentException if the file can't be read, or holds something else
     */
    public static <T> T read(Path file, Class<T> type) {
        try {
            T read = MAPPER.readValue(file, type);
            if (read == null) {
                throw new IllegalArgumentException(
                        file + " can't be read as " + type.getSimpleName() + ": there is nothing in it");
            }
            return read;
        } catch (JacksonException unreadable) {
            throw new IllegalArgumentException(
                    file + " can't be read as " + type.getSimpleName() + ": " + unreadable.getOriginalMessage(),
                    unreadable);
        }
    }

    /** Writes a record on one line. */
    public static String line(Object value) {
        return LINES.writeValueAsString(value);
    }

    /** Reads what {@link #line} wrote. */
    public static <T> T parse(String line, Class<T> type) {
        return LINES.readValue(line, type);
    }

    /** Writes a record, over what the file held before. */
    public static void write(Path file, Object value) {
        MAPPER.writeValue(file, value);
    }
}

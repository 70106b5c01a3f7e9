package dev.tokenring.codec;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.time.Instant;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.type.LogicalType;

/**
 * Messages as JSON (RFC 8259, UTF-8), by Jackson 3, with the rules below. No annotation is needed on the message types;
 * Jackson's own annotations are honoured where they stand.
 *
 * <ul>
 *   <li><b>Names.</b> A record component is written under its own name. It is read under that name or its snake_case
 *       form: {@code correlationId} also answers to {@code correlation_id}.
 *   <li><b>Kinds of message.</b> A sealed interface is a family: each of its records is written with the property {@value
 *       #MESSAGE_TYPE}, which holds the record's simple class name, or that of its {@code @JsonTypeName}. Reading
 *       ignores the case of that name. A member of a family can also be read as itself; {@value #MESSAGE_TYPE} may then
 *       be absent, but must not name another kind. A record outside any family is written without the property and
 *       ignores it when it reads.
 *   <li><b>Unknown properties are ignored,</b> so that a newer sender can talk to an older reader.
 *   <li><b>Every component is required.</b> A component that is missing or null in the JSON fails, and so does one that
 *       is null in the message, unless its type is marked {@code @Nullable} (JSpecify's, or any other annotation of that
 *       name that is kept at run time) or is an {@code Optional}. No component silently becomes 0, false, empty or null. (What
 *       stands in a list or a map may be null.)
 *   <li><b>Types are not bent.</b> The string {@code "12"} is no number, the number 12 is no string, and 1.5 is no
 *       integer.
 *   <li><b>Instants</b> are written as ISO-8601 in UTC. They are read from every ISO-8601 date and time, extended or
 *       basic, with {@code Z}, an offset, or neither, which means UTC; a space may stand for the {@code T}: {@code
 *       2023-06-01 12:00:00}. A component with {@code @JsonFormat} keeps to its own format. Numbers are refused, for
 *       they do not tell seconds from milliseconds.
 *   <li><b>Hostile input</b> ends in a {@link CodecException}: nesting deeper than 500, numbers longer than 1,000 digits,
 *       duplicate keys, invalid UTF-8 (overlong forms and lone surrogates are invalid), anything after the message.
 * </ul>
 *
 * <p>Thread-safety: immutable, for use by any number of threads at once.
 *
 * @param <T> the message type
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8259">RFC 8259</a>
 */
public final class JsonCodec<T> implements Codec<T> {
    /** The property that tells the members of a sealed family apart. */
    public static final String MESSAGE_TYPE = "message_type";

    private static final String CONTENT_TYPE = "application/json";

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .annotationIntrospector(new MessageIntrospector())
            .addModule(new SimpleModule("tokenring").addDeserializer(Instant.class, new InstantReader()))
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_VALUES)
            .withCoercionConfig(
                    LogicalType.Textual, text -> text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .build();

    private final Class<T> messageType;
    private final ObjectReader reader;
    private final ObjectWriter writer;

    private JsonCodec(Class<T> messageType) {
        this.messageType = messageType;
        this.reader = MAPPER.readerFor(messageType);
        this.writer = MAPPER.writerFor(messageType);
    }

    /**
     * Creates the codec of one message type.
     *
     * @param <T> the message type
     * @param messageType a record, a sealed interface of records, or anything else that Jackson can map
     * @return the codec
     * @throws IllegalArgumentException if two records of a sealed family would have the same name in {@value
     *     #MESSAGE_TYPE}, or if one of its members is an enum, which has no place for that property
     */
    public static <T> JsonCodec<T> of(Class<T> messageType) {
        MessageFamily.check(requireNonNull(messageType, "messageType"));
        return new JsonCodec<>(messageType);
    }

    @Override
    public Class<T> messageType() {
        return messageType;
    }

    @Override
    public String contentType() {
        return CONTENT_TYPE;
    }

    @Override
    public byte[] encode(T message) {
        requireNonNull(message, "message");
        try {
            return writer.writeValueAsBytes(message);
        } catch (JacksonException e) {
            throw JsonFailure.encoding(messageType, e);
        }
    }

    @Override
    public T decode(ByteBuffer bytes) {
        if (!bytes.hasRemaining()) {
            throw JsonFailure.emptyInput(messageType);
        }
        int invalidAt = Utf8.indexOfInvalid(bytes);
        if (invalidAt >= 0) {
            throw JsonFailure.invalidUtf8(messageType, invalidAt);
        }
        T message;
        try {
            message = read(bytes);
        } catch (JacksonException e) {
            throw JsonFailure.decoding(messageType, e);
        }
        if (message == null) {
            throw JsonFailure.nullInput(messageType);
        }
        return message;
    }

    private T read(ByteBuffer bytes) {
        if (bytes.hasArray()) {
            return reader.readValue(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return reader.readValue(copy);
    }

    @Override
    public String toString() {
        return "JsonCodec[" + messageType.getSimpleName() + "]";
    }
}

package dev.tokenring.codec;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.InvalidNullException;
import tools.jackson.databind.exc.InvalidTypeIdException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.ValueInstantiationException;

/** What went wrong in Jackson, told in one sentence: expected, found, where, remedy. */
final class JsonFailure {
    private static final int MAX_QUOTE = 80;

    private JsonFailure() {}

    static CodecException emptyInput(Class<?> messageType) {
        return new CodecException(
                "Cannot decode " + messageType.getSimpleName()
                        + ": expected one JSON value, found no bytes; check that the sender wrote the message before it was read");
    }

    static CodecException nullInput(Class<?> messageType) {
        return new CodecException("Cannot decode " + messageType.getSimpleName()
                + " at line 1, column 1: expected a message, found null; send the message itself");
    }

    static CodecException invalidUtf8(Class<?> messageType, int at) {
        return new CodecException("Cannot decode " + messageType.getSimpleName() + " at byte " + at
                + ": expected UTF-8, found bytes that are none; have the sender encode its text as UTF-8");
    }

    static CodecException decoding(Class<?> messageType, JacksonException e) {
        return new CodecException(
                "Cannot decode " + messageType.getSimpleName() + place(e) + ": " + reason(messageType, e), e);
    }

    static CodecException encoding(Class<?> messageType, JacksonException e) {
        String reason = e.getOriginalMessage();
        String what = NullRefusal.REASON.equals(reason)
                ? "the component " + reason + "; give it a value, or mark its type @Nullable"
                : firstLine(reason) + "; check the types of its components";
        return new CodecException("Cannot encode " + messageType.getSimpleName() + place(e) + ": " + what, e);
    }

    private static String reason(Class<?> messageType, JacksonException e) {
        if (e instanceof InvalidTypeIdException kind) {
            return unknownKind(messageType, kind);
        }
        if (e instanceof InvalidNullException) {
            return "expected a value, found null; give the value, or mark the component's type @Nullable";
        }
        if (e instanceof ValueInstantiationException refusal) {
            return refusal.getType().getRawClass().getSimpleName() + " refused the values ("
                    + firstLine(String.valueOf(refusal.getCause() == null ? e : refusal.getCause()))
                    + "); send values that it accepts";
        }
        if (e instanceof InvalidFormatException format) {
            return "expected " + expected(format.getTargetType()) + ", found " + quote(format.getValue());
        }
        if (e instanceof MismatchedInputException mismatch) {
            return mismatch(mismatch);
        }
        if (e instanceof StreamConstraintsException) {
            return "the JSON exceeds a limit (" + firstLine(e.getOriginalMessage()) + "); send a smaller message";
        }
        if (e instanceof StreamReadException) {
            return "expected one well-formed JSON value in UTF-8, found otherwise (" + firstLine(e.getOriginalMessage())
                    + "); correct the sender";
        }
        return firstLine(e.getOriginalMessage()) + "; check the message against its type";
    }

    private static String unknownKind(Class<?> messageType, InvalidTypeIdException e) {
        Class<?> base = e.getBaseType() == null ? messageType : e.getBaseType().getRawClass();
        String found = e.getTypeId() == null ? "none" : quote(e.getTypeId());
        return "expected " + JsonCodec.MESSAGE_TYPE + " to be one of [" + MessageFamily.namesOf(base) + "], found "
                + found + "; correct it, or add a record of that name to " + base.getSimpleName();
    }

    private static String mismatch(MismatchedInputException e) {
        String message = firstLine(e.getOriginalMessage());
        if (message.startsWith("Missing required")) {
            return "expected the property, found none; add it, or mark the component's type @Nullable";
        }
        if (message.startsWith("Trailing token")) {
            return "expected the end of the input after the message, found more; send one message at a time";
        }
        JsonToken token = e.getCurrentToken();
        if (e.getTargetType() != null && token != null) {
            return "expected " + expected(e.getTargetType()) + ", found " + found(token);
        }
        return message + "; check the message against its type";
    }

    private static String expected(@Nullable Class<?> type) {
        if (type == null) {
            return "another value";
        }
        if (type == java.time.Instant.class) {
            return "a date and time such as " + InstantReader.FORMS;
        }
        if (type.isEnum()) {
            return "one of " + List.of(type.getEnumConstants());
        }
        if (type.isRecord() || MessageFamily.has(type)) {
            return "an object (" + type.getSimpleName() + ")";
        }
        return "a value of type " + type.getSimpleName();
    }

    private static String found(JsonToken token) {
        return switch (token) {
            case START_OBJECT, END_OBJECT, PROPERTY_NAME -> "an object";
            case START_ARRAY, END_ARRAY -> "an array";
            case VALUE_NULL -> "null";
            default ->
                "a " + token.name().replaceFirst("VALUE_", "").replace('_', ' ').toLowerCase(Locale.ROOT);
        };
    }

    /** {@code  at line 1, column 93 ($.timestamp)}, as far as it is known. */
    private static String place(JacksonException e) {
        var place = new StringBuilder();
        var location = e.getLocation();
        if (location != null && location.getLineNr() > 0) {
            place.append(" at line ").append(location.getLineNr());
            place.append(", column ").append(location.getColumnNr());
        }
        if (!e.getPath().isEmpty()) {
            place.append(" ($");
            for (var step : e.getPath()) {
                if (step.getPropertyName() != null) {
                    place.append('.').append(shortened(step.getPropertyName()));
                } else {
                    place.append('[').append(step.getIndex()).append(']');
                }
            }
            place.append(')');
        }
        return place.toString();
    }

    private static String quote(@Nullable Object value) {
        return value instanceof CharSequence text
                ? '"' + shortened(text.toString()) + '"'
                : shortened(String.valueOf(value));
    }

    private static String firstLine(@Nullable String text) {
        if (text == null) {
            return "no reason was given";
        }
        int end = text.indexOf('\n');
        return (end < 0 ? text : text.substring(0, end)).trim();
    }

    private static String shortened(String text) {
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() <= MAX_QUOTE ? line : line.substring(0, MAX_QUOTE) + "…";
    }
}

package dev.tokenring.codec;

import static java.time.temporal.ChronoField.DAY_OF_MONTH;
import static java.time.temporal.ChronoField.HOUR_OF_DAY;
import static java.time.temporal.ChronoField.MINUTE_OF_HOUR;
import static java.time.temporal.ChronoField.MONTH_OF_YEAR;
import static java.time.temporal.ChronoField.NANO_OF_SECOND;
import static java.time.temporal.ChronoField.OFFSET_SECONDS;
import static java.time.temporal.ChronoField.SECOND_OF_MINUTE;
import static java.time.temporal.ChronoField.YEAR;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.ext.javatime.deser.InstantDeserializer;

/**
 * Reads an instant from any ISO-8601 date and time, extended or basic; without an offset it is UTC, and a space may stand
 * for the T.
 */
final class InstantReader extends StdDeserializer<Instant> {
    static final String FORMS = "2023-06-01T12:00:00Z, 2023-06-01T14:00:00+02:00 or 2023-06-01 12:00:00 (UTC)";

    private static final DateTimeFormatter EXTENDED = withOffset(new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .appendLiteral('T')
            .appendValue(HOUR_OF_DAY, 2)
            .appendLiteral(':')
            .appendValue(MINUTE_OF_HOUR, 2)
            .optionalStart()
            .appendLiteral(':')
            .appendValue(SECOND_OF_MINUTE, 2)
            .optionalStart()
            .appendFraction(NANO_OF_SECOND, 1, 9, true)
            .optionalEnd()
            .optionalEnd());

    private static final DateTimeFormatter BASIC = withOffset(new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .appendValue(YEAR, 4)
            .appendValue(MONTH_OF_YEAR, 2)
            .appendValue(DAY_OF_MONTH, 2)
            .appendLiteral('T')
            .appendValue(HOUR_OF_DAY, 2)
            .appendValue(MINUTE_OF_HOUR, 2)
            .optionalStart()
            .appendValue(SECOND_OF_MINUTE, 2)
            .optionalStart()
            .appendFraction(NANO_OF_SECOND, 1, 9, true)
            .optionalEnd()
            .optionalEnd());

    InstantReader() {
        super(Instant.class);
    }

    /** Extended and basic offsets, {@code +02}, {@code Z} or none at all. */
    private static DateTimeFormatter withOffset(DateTimeFormatterBuilder dateAndTime) {
        return dateAndTime
                .optionalStart()
                .appendOffset("+HH:MM:ss", "Z")
                .optionalEnd()
                .optionalStart()
                .appendOffset("+HHmmss", "Z")
                .optionalEnd()
                .parseDefaulting(OFFSET_SECONDS, 0)
                .toFormatter(Locale.ROOT)
                .withResolverStyle(ResolverStyle.STRICT);
    }

    @Override
    public ValueDeserializer<?> createContextual(DeserializationContext context, @Nullable BeanProperty property) {
        var format = findFormatOverrides(context, property, Instant.class);
        return format.hasPattern() || format.hasShape()
                ? InstantDeserializer.INSTANT.createContextual(context, property)
                : this;
    }

    @Override
    public Instant deserialize(JsonParser in, DeserializationContext context) {
        if (in.currentToken() != JsonToken.VALUE_STRING) {
            return (Instant) context.handleUnexpectedToken(context.constructType(Instant.class), in);
        }
        String text = in.getString();
        try {
            return parse(text.trim());
        } catch (DateTimeException e) {
            throw InvalidFormatException.from(in, "not a date and time", text, Instant.class);
        }
    }

    static Instant parse(String text) {
        String normal = text.replaceFirst(" ", "T").replace(',', '.'); // ISO-8601 allows either before the fraction
        if (normal.length() > 8 && Character.toUpperCase(normal.charAt(8)) == 'T') {
            return BASIC.parse(normal, Instant::from);
        }
        try {
            return EXTENDED.parse(normal, Instant::from);
        } catch (DateTimeException e) {
            return Instant.parse(normal); // the years at the very ends of Instant's range
        }
    }
}

package dev.tokenring.examples.dialogue;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;

/** Writes timestamps as the message format has them: {@code 2023-06-01 12:00:00}, in UTC. */
final class TimestampWriter extends ValueSerializer<Instant> {
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    @Override
    public void serialize(Instant timestamp, JsonGenerator out, SerializationContext context) {
        out.writeString(FORMAT.format(timestamp));
    }
}

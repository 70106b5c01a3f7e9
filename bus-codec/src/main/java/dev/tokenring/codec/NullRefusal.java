package dev.tokenring.codec;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.exc.InvalidDefinitionException;

/** Stands where a required component is null: to write the null would be to write what cannot be read again. */
final class NullRefusal extends ValueSerializer<Object> {
    static final NullRefusal INSTANCE = new NullRefusal();

    static final String REASON = "is null in the message, but required";

    private NullRefusal() {}

    @Override
    public void serialize(@Nullable Object value, JsonGenerator out, SerializationContext context) {
        throw InvalidDefinitionException.from(out, REASON, context.constructType(Object.class));
    }
}

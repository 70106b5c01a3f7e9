package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What may be chosen when a bus is opened. Each option has a default: start from {@link #DEFAULT}, and derive.
 *
 * <p>Immutable, hence safe for use by any thread.
 */
public final class BusOptions {
    /** The name {@code bus}, errors to the system's logger, and 10 seconds to close. */
    public static final BusOptions DEFAULT = new BusOptions("bus", null, Duration.ofSeconds(10));

    private final String name;
    private final @Nullable ErrorSink errorSink;
    private final Duration closeTimeout;

    private BusOptions(String name, @Nullable ErrorSink errorSink, Duration closeTimeout) {
        this.name = name;
        this.errorSink = errorSink;
        this.closeTimeout = closeTimeout;
    }

    /**
     * Derives options for a bus of this name, which its threads and messages carry.
     *
     * @param name letters, digits, {@code _} and {@code -}, in parts separated by dots
     * @return the derived options
     * @throws IllegalArgumentException if the name is not of that form
     */
    public BusOptions withName(String name) {
        return new BusOptions(Names.valid("bus", name), errorSink, closeTimeout);
    }

    /**
     * Derives options with this place for what user code throws.
     *
     * @param errorSink the sink
     * @return the derived options
     */
    public BusOptions withErrorSink(ErrorSink errorSink) {
        return new BusOptions(name, requireNonNull(errorSink, "errorSink"), closeTimeout);
    }

    /**
     * Derives options with this time for {@link Bus#close()} to hand out what was published before.
     *
     * @param closeTimeout more than zero
     * @return the derived options
     * @throws IllegalArgumentException if the timeout is zero or negative
     */
    public BusOptions withCloseTimeout(Duration closeTimeout) {
        return new BusOptions(name, errorSink, Service.positive(closeTimeout));
    }

    /**
     * The name of the bus.
     *
     * @return {@code bus} unless another was chosen
     */
    public String name() {
        return name;
    }

    /**
     * Where the bus reports what user code throws.
     *
     * @return the sink, or null for the system's logger
     */
    public @Nullable ErrorSink errorSink() {
        return errorSink;
    }

    /**
     * How long {@link Bus#close()} may take to hand out what was published before.
     *
     * @return 10 seconds unless another time was chosen
     */
    public Duration closeTimeout() {
        return closeTimeout;
    }
}

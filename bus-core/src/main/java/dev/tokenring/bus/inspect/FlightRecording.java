package dev.tokenring.bus.inspect;

import dev.tokenring.bus.DeadLetter;
import dev.tokenring.bus.StuckHandlerException;
import java.util.List;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import org.jspecify.annotations.Nullable;

/**
 * Where what is worth recording is told. Nothing happens before the JDK's flight recorder is in use: the first event class
 * to be loaded takes it about a tenth of a second, which must not be a handler's or a publisher's. So they are loaded by
 * whoever begins to record, and until then all this costs is the reading of one field.
 *
 * <p>Safe for use by any thread.
 */
public final class FlightRecording {
    private static volatile boolean inUse;

    static {
        FlightRecorder.addListener(new FlightRecorderListener() {
            @Override
            public void recorderInitialized(FlightRecorder recorder) {
                List.of(
                                SlowHandlerEvent.class,
                                StallEvent.class,
                                DeadLetterEvent.class,
                                TimeoutEvent.class,
                                StuckHandlerEvent.class)
                        .forEach(FlightRecorder::register);
                inUse = true;
            }
        });
    }

    private FlightRecording() {}

    /** Makes sure that the events are there as soon as somebody records: to be called when a bus is opened. */
    public static void prepare() {
        // What there is to do, the class has done while it was loaded.
    }

    /** Begins to measure a handler; null if nobody records slow ones. */
    public static @Nullable SlowHandlerEvent slowHandler() {
        return inUse ? SlowHandlerEvent.start() : null;
    }

    /** Begins to measure how long a publisher waits; null if nobody records that. */
    public static @Nullable StallEvent stall() {
        return inUse ? StallEvent.start() : null;
    }

    /** Records that there is a new dead letter. */
    public static void deadLetter(DeadLetter<?> letter) {
        if (inUse) {
            DeadLetterEvent.record(letter);
        }
    }

    /** Records that a caller has waited so long, and waits no more. */
    public static void timeout(String service, long waitedNs) {
        if (inUse) {
            TimeoutEvent.record(service, waitedNs);
        }
    }

    /** Records that a handler was found to be stuck. */
    public static void stuckHandler(StuckHandlerException stuck) {
        if (inUse) {
            StuckHandlerEvent.record(stuck);
        }
    }
}

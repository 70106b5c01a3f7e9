package dev.tokenring.bus.failure;

import dev.tokenring.bus.ErrorSink;
import dev.tokenring.bus.HandlerError;
import dev.tokenring.bus.Headers;

/** Stands between the bus and what user code throws: everything is reported, nothing gets through. */
public final class Guard {
    private final ErrorSink sink;

    public Guard(ErrorSink sink) {
        this.sink = sink;
    }

    /** Reports what a handler threw; never throws itself. */
    public void caught(String topic, String subscription, long sequence, Headers headers, Throwable cause) {
        try {
            sink.report(new HandlerError(topic, subscription, sequence, headers, cause));
        } catch (Throwable brokenSink) {
            // The sink is user code too, and there is nowhere left to report to.
        }
    }
}

package dev.tokenring.bus.inspect;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** A request got no reply in time. */
@Name(TimeoutEvent.NAME)
@Label("Timeout")
@Category("Tokenring")
@Description("A request got no reply in time")
@StackTrace(false)
final class TimeoutEvent extends Event {
    public static final String NAME = "tokenring.Timeout";

    @Label("Service")
    @Nullable String service;

    @Label("Waited")
    @Description("How long the caller had waited")
    @Timespan(Timespan.NANOSECONDS)
    long waited;

    private TimeoutEvent() {}

    /** Records that a caller has waited so long, and waits no more. */
    static void record(String service, long waitedNs) {
        var event = new TimeoutEvent();
        if (event.shouldCommit()) {
            event.service = service;
            event.waited = waitedNs;
            event.commit();
        }
    }
}

package dev.tokenring.bus.inspect;

import dev.tokenring.bus.StuckHandlerException;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** A handler was called and has not come back. */
@Name(StuckHandlerEvent.NAME)
@Label("Stuck Handler")
@Category("Tokenring")
@Description("A handler was called with a message, and has not come back")
@StackTrace(false)
final class StuckHandlerEvent extends Event {
    public static final String NAME = "tokenring.StuckHandler";

    @Label("Topic")
    @Nullable String topic;

    @Label("Subscription")
    @Nullable String subscription;

    @Label("Lag")
    @Description("How many messages wait for the subscription")
    long lag;

    @Label("Stuck Thread")
    @Nullable String stuckThread;

    @Label("Since")
    @Description("For how long the handler has been seen at the message")
    @Timespan(Timespan.NANOSECONDS)
    long since;

    private StuckHandlerEvent() {}

    /** Records that a handler was found to be stuck. */
    static void record(StuckHandlerException stuck) {
        var event = new StuckHandlerEvent();
        if (event.shouldCommit()) {
            event.topic = stuck.topic();
            event.subscription = stuck.subscription();
            event.lag = stuck.lag();
            event.stuckThread = stuck.threadName();
            event.since = stuck.since().toNanos();
            event.commit();
        }
    }
}

package dev.tokenring.bus.inspect;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/**
 * A publisher waited for room: 1 ms or more, unless the recording sets another threshold. {@link #start} is to be called
 * before the wait, and {@link #end(String)} on what it gave, if not null, after it.
 */
@Name(StallEvent.NAME)
@Label("Stall")
@Category("Tokenring")
@Description("A publisher waited for room in the ring of a topic")
@Threshold("1 ms")
public final class StallEvent extends Event {
    public static final String NAME = "tokenring.Stall";

    private static final StallEvent PROBE = new StallEvent();

    @Label("Topic")
    @Nullable String topic;

    private StallEvent() {}

    /** Begins to measure; gives null, without having done a thing, if nobody records these events. */
    static @Nullable StallEvent start() {
        if (!PROBE.isEnabled()) {
            return null;
        }
        var event = new StallEvent();
        event.begin();
        return event;
    }

    /** Ends the measurement, and records it if it is long enough. */
    public void end(String topicName) {
        end();
        if (shouldCommit()) {
            topic = topicName;
            commit();
        }
    }
}

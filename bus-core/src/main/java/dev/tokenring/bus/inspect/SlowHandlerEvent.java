package dev.tokenring.bus.inspect;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/**
 * A handler took its time with one message: 20 ms or more, unless the recording sets another threshold. {@link #start}
 * is to be called before the handler, where it costs the reading of one field while nobody records, and {@link
 * #end(String, String, long)} on what it gave, if not null, after it.
 *
 * <p>While somebody records, the time is read before and after each message, slow or not, which costs tens of nanoseconds.
 * So recordings leave these events out unless they ask for them.
 */
@Name(SlowHandlerEvent.NAME)
@Label("Slow Handler")
@Category("Tokenring")
@Description("A handler was called with a message, and took long to come back")
@Enabled(false)
@Threshold("20 ms")
public final class SlowHandlerEvent extends Event {
    public static final String NAME = "tokenring.SlowHandler";

    private static final SlowHandlerEvent PROBE = new SlowHandlerEvent();

    @Label("Topic")
    @Nullable String topic;

    @Label("Subscription")
    @Nullable String subscription;

    @Label("Sequence")
    @Description("The message's place in the topic")
    long sequence;

    private SlowHandlerEvent() {}

    /** Begins to measure; gives null, without having done a thing, if nobody records these events. */
    static @Nullable SlowHandlerEvent start() {
        if (!PROBE.isEnabled()) {
            return null;
        }
        var event = new SlowHandlerEvent();
        event.begin();
        return event;
    }

    /** Ends the measurement, and records it if it is long enough. */
    public void end(String topicName, String subscriptionName, long messageSequence) {
        end();
        if (shouldCommit()) {
            topic = topicName;
            subscription = subscriptionName;
            sequence = messageSequence;
            commit();
        }
    }
}

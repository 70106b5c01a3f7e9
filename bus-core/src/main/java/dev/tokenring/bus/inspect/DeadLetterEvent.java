package dev.tokenring.bus.inspect;

import dev.tokenring.bus.DeadLetter;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** A message was given up. */
@Name(DeadLetterEvent.NAME)
@Label("Dead Letter")
@Category("Tokenring")
@Description("A message was given up, and became a dead letter")
@StackTrace(false)
final class DeadLetterEvent extends Event {
    public static final String NAME = "tokenring.DeadLetter";

    @Label("Topic")
    @Nullable String topic;

    @Label("Subscription")
    @Nullable String subscription;

    @Label("Sequence")
    @Description("The message's place in the topic")
    long sequence;

    @Label("Attempts")
    @Description("How often the handler was called with the message")
    int attempts;

    @Label("Last Error")
    @Description("The class of what the last attempt threw; not its message, which may hold what users wrote")
    @Nullable Class<?> lastError;

    private DeadLetterEvent() {}

    /** Records that there is a new dead letter. */
    static void record(DeadLetter<?> letter) {
        var event = new DeadLetterEvent();
        if (event.shouldCommit()) {
            event.topic = letter.topic();
            event.subscription = letter.subscription();
            event.sequence = letter.sequence();
            event.attempts = letter.attempts();
            event.lastError = letter.lastError().getClass();
            event.commit();
        }
    }
}

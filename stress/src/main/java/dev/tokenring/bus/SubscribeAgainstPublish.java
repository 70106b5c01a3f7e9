package dev.tokenring.bus;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.time.Duration;
import java.util.StringJoiner;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LI_Result;

/**
 * A handler is subscribed while three messages are published: those that the handler gets, and how many of them the
 * publisher had begun to publish when subscribing returned. Which of those it gets is open, but then it gets all that
 * follow.
 */
@JCStressTest
@State
@Outcome(id = "1 2 3, [0123]", expect = ACCEPTABLE, desc = "there in time for all")
@Outcome(id = "2 3, [123]", expect = ACCEPTABLE, desc = "there after the first was claimed")
@Outcome(id = "3, [23]", expect = ACCEPTABLE, desc = "there after the second was claimed")
@Outcome(id = ", 3", expect = ACCEPTABLE, desc = "there after the last was claimed")
@Outcome(expect = FORBIDDEN, desc = "a gap, or a message not handled although the subscription was there before it")
public class SubscribeAgainstPublish {
    private static final Topic<Integer> TOPIC =
            Topic.of("stressed", Integer.class).withCapacity(4);

    private final Bus bus = Bus.open();
    private final Publisher<Integer> publisher = bus.publisher(TOPIC);
    private final StringJoiner handled = new StringJoiner(" ");
    private volatile int begun;

    @Actor
    public void publisher() {
        for (int number = 1; number <= 3; number++) {
            begun = number;
            publisher.tryPublish(number);
        }
    }

    @Actor
    public void subscriber(LI_Result seen) {
        bus.subscribe(TOPIC, (number, context) -> handled.add(number.toString()));
        seen.r2 = begun;
    }

    @Arbiter
    public void outcome(LI_Result seen) {
        bus.close(Duration.ofMinutes(1));
        seen.r1 = handled.toString();
    }
}

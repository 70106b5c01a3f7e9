package dev.tokenring.bus.soak;

import dev.tokenring.bus.Headers;
import dev.tokenring.bus.Publisher;
import dev.tokenring.bus.Subscription;
import dev.tokenring.bus.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Has urgent messages wait all the time; one that is not urgent must have its turn all the same. */
final class Pressing implements Participant {
    private static final int MESSAGES = 200;
    private static final int PATIENT_ONE = 1;

    /** One message in 16 is the one that has waited longest. */
    private static final int TURNS_AT_MOST = 2 * 16;

    private final Round round;
    private final Topic<Integer> topic;

    Pressing(Round round) {
        this.round = round;
        this.topic = Topic.of("pressing", Integer.class).withCapacity(8);
    }

    @Override
    public void act() throws InterruptedException {
        Publisher<Integer> publisher = round.bus.publisher(topic);
        Headers urgent = Headers.NONE.withPriority(1);
        List<Integer> handled = new ArrayList<>();
        var gate = new CountDownLatch(1);
        var all = new CountDownLatch(MESSAGES);
        Subscription subscription = round.bus.subscription(topic).urgentFirst().handle((number, context) -> {
            gate.await();
            handled.add(number);
            if (number != PATIENT_ONE && number + 2 < MESSAGES) {
                publisher.publish(number + 2, urgent);
            }
            all.countDown();
        });
        publisher.publish(0, urgent);
        publisher.publish(PATIENT_ONE, Headers.NONE);
        publisher.publish(3, urgent);
        gate.countDown();
        all.await();
        subscription.close();
        if (handled.indexOf(PATIENT_ONE) > TURNS_AT_MOST) {
            round.broken.add(this + ": message " + PATIENT_ONE + " starved: " + handled);
        }
    }

    @Override
    public String toString() {
        return "Pressing[" + topic.name() + "]";
    }
}

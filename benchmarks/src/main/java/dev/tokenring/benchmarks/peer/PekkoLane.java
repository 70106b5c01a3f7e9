package dev.tokenring.benchmarks.peer;

import com.typesafe.config.ConfigFactory;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.MailboxSelector;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Messages told to one Pekko actor. It has the mailbox for a single consumer, which is the fastest, and lets it handle up
 * to {@value Lane#CAPACITY} messages before its thread goes back to the pool. Nothing holds back whoever tells, so what is
 * in flight is bounded by the length of a benchmark's round.
 *
 * <p>See <a href="https://pekko.apache.org/docs/pekko/current/typed/mailboxes.html">its manual</a> on mailboxes, which
 * advises to measure.
 */
final class PekkoLane implements Lane {
    private static final String CONFIG = """
            pekko.loglevel = off
            pekko.stdout-loglevel = off
            pekko.jvm-shutdown-hooks = off
            pekko.actor.default-dispatcher.throughput = %d
            lane-mailbox.mailbox-type = "org.apache.pekko.dispatch.SingleConsumerOnlyUnboundedMailbox"
            """.formatted(CAPACITY);

    private final ActorSystem<Message> actor;

    PekkoLane(Receiver receiver) {
        Behavior<Message> behavior = Behaviors.receiveMessage(message -> {
            receiver.receive(message);
            return Behaviors.same();
        });
        Props props = MailboxSelector.fromConfig("lane-mailbox");
        actor = ActorSystem.create(
                behavior, "lane", ConfigFactory.parseString(CONFIG).withFallback(ConfigFactory.load()), props);
    }

    @Override
    public void publish(Message message) {
        actor.tell(message);
    }

    @Override
    public void close() {
        actor.terminate();
    }
}

package dev.tokenring.bus.soak;

import dev.tokenring.bus.Poller;
import dev.tokenring.bus.SubscriptionBuilder;
import dev.tokenring.bus.Topic;
import java.time.Duration;
import java.util.SplittableRandom;

/** Reads with pollers: closes some in the middle, and reads one to its end. */
final class Polling implements Participant {
    private final Round round;
    private final Topic<Note> topic;
    private final SplittableRandom random;

    Polling(Round round, Topic<Note> topic, SplittableRandom random) {
        this.round = round;
        this.topic = topic;
        this.random = random;
    }

    @Override
    public void act() throws InterruptedException {
        for (int i = random.nextInt(5); i > 0; i--) {
            Audience audience = newAudience();
            try (Poller<Note> poller = begin(audience)) {
                poll(poller, audience, random.nextInt(40));
            }
            audience.leaves();
        }
        Audience audience = newAudience();
        Poller<Note> poller = begin(audience);
        round.alongside(() -> {
            while (!poller.isEnded()) {
                poll(poller, audience, 10);
            }
        });
    }

    private Audience newAudience() {
        boolean newestOnly = random.nextInt(3) == 0;
        var order = newestOnly ? Audience.Order.WITH_GAPS : Audience.Order.OF_TELLER;
        int unwanted = newestOnly ? -1 : random.nextInt(6) - 3;
        var traits = new Audience.Traits(order, true, unwanted, 1, false, true);
        return round.newAudience("polling", topic.name()::equals, traits);
    }

    private Poller<Note> begin(Audience audience) {
        SubscriptionBuilder<Note> named = round.bus.subscription(topic).named(audience.name());
        boolean newestOnly = audience.order() == Audience.Order.WITH_GAPS;
        SubscriptionBuilder<Note> builder = newestOnly ? named.newestOnly() : named.filter(audience::wants);
        return audience.begins(builder::poller);
    }

    private void poll(Poller<Note> poller, Audience audience, int times) throws InterruptedException {
        for (int i = 0; i < times; i++) {
            Note note =
                    random.nextInt(3) > 0 ? poller.poll() : poller.poll(Duration.ofNanos(1 + random.nextInt(200_000)));
            if (note != null) {
                audience.takes(note, poller.context().missed());
            }
        }
    }

    @Override
    public String toString() {
        return "Polling[" + topic.name() + "]";
    }
}

package dev.tokenring.bus.soak;

import dev.tokenring.bus.SubscriptionBuilder;
import dev.tokenring.bus.Topic;
import java.util.SplittableRandom;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;

/** Reads through a {@link Flow.Publisher}, with random demand: cancels some streams, and reads one to its end. */
final class Streaming implements Participant {
    private static final int ASKS_AT_MOST = 7;

    private final Round round;
    private final Topic<Note> topic;
    private final SplittableRandom random;

    Streaming(Round round, Topic<Note> topic, SplittableRandom random) {
        this.round = round;
        this.topic = topic;
        this.random = random;
    }

    @Override
    public void act() {
        for (int i = random.nextInt(4); i >= 0; i--) {
            int unwanted = random.nextInt(6) - 3;
            var traits = new Audience.Traits(Audience.Order.OF_TELLER, true, unwanted, 1, false, true);
            Audience audience = round.newAudience("streaming", topic.name()::equals, traits);
            SubscriptionBuilder<Note> builder =
                    round.bus.subscription(topic).named(audience.name()).filter(audience::wants);
            var reader = new Reader(audience, random.split(), i == 0 ? Integer.MAX_VALUE : random.nextInt(50));
            audience.begins(() -> {
                builder.toFlow().subscribe(reader);
                return reader;
            });
            Round.pause(random);
        }
    }

    /** Asks for more after it has got what it asked for, now and then before; and cancels after so many. */
    private final class Reader implements Flow.Subscriber<Note> {
        private final Audience audience;
        private final SplittableRandom random;
        private final int wanted;
        private final AtomicLong open = new AtomicLong();
        private volatile Flow.Subscription stream;
        private int received;
        private boolean over;

        Reader(Audience audience, SplittableRandom random, int wanted) {
            this.audience = audience;
            this.random = random;
            this.wanted = wanted;
        }

        private void ask(int more) {
            open.addAndGet(more);
            stream.request(more);
        }

        private int some() {
            return 1 + random.nextInt(ASKS_AT_MOST);
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            stream = given;
            ask(some());
        }

        @Override
        public void onNext(Note note) {
            audience.takes(note, 0);
            received++;
            if (over || open.decrementAndGet() < 0) {
                round.broken.add(audience + ": " + note + " was not asked for");
            }
            if (received >= wanted) {
                over = true;
                audience.leaves();
                stream.cancel();
            } else if (open.get() == 0) {
                int more = some();
                round.alongside(() -> ask(more));
            } else if (random.nextInt(8) == 0) {
                ask(some());
            }
        }

        @Override
        public void onError(Throwable failure) {
            round.broken.add(audience + ": the stream failed with " + failure);
        }

        @Override
        public void onComplete() {
            if (over) {
                round.broken.add(audience + ": a stream that is over was completed");
            }
            over = true;
        }
    }

    @Override
    public String toString() {
        return "Streaming[" + topic.name() + "]";
    }
}

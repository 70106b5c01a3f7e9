package dev.tokenring.bus.soak;

import dev.tokenring.bus.Subscription;
import dev.tokenring.bus.SubscriptionBuilder;
import dev.tokenring.bus.Topic;
import dev.tokenring.bus.TopicPattern;
import java.util.Deque;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Predicate;

/** Subscribes in all the ways that a subscription can be for itself, and leaves again. */
final class Listening implements Participant {
    private static final TopicPattern<Note> PATTERN = TopicPattern.of("soak.*", Note.class);
    /** One message in 16 is the oldest, so in front of one that waits may go 16 for each other that waits, and those. */
    private static final int OVERTAKERS_PER_PLACE = 17;

    private static final int STEPS = 20;
    private static final int MAX_PRESENT = 4;

    private enum Kind {
        PLAIN(Audience.Order.OF_TELLER, true),
        KEYED(Audience.Order.OF_KEY, true),
        URGENT(Audience.Order.NONE, true),
        NEWEST(Audience.Order.WITH_GAPS, false),
        BATCHES(Audience.Order.OF_TELLER, false);

        final Audience.Order order;
        final boolean canHaveManyThreads;

        Kind(Audience.Order order, boolean canHaveManyThreads) {
            this.order = order;
            this.canHaveManyThreads = canHaveManyThreads;
        }

        static Kind any(SplittableRandom random) {
            return values()[random.nextInt(values().length)];
        }

        /** Any but the last: batches come from one topic. */
        static Kind ofPattern(SplittableRandom random) {
            return values()[random.nextInt(BATCHES.ordinal())];
        }

        SubscriptionBuilder<Note> of(SubscriptionBuilder<Note> builder) {
            return switch (this) {
                case PLAIN, BATCHES -> builder;
                case KEYED -> builder.keyedBy(Note::key);
                case URGENT -> builder.urgentFirst();
                case NEWEST -> builder.newestOnly();
            };
        }
    }

    private record Present(Audience audience, Subscription subscription) {}

    private final Round round;
    private final SplittableRandom random;
    private final Deque<Present> present = new ConcurrentLinkedDeque<>();

    Listening(Round round, SplittableRandom random) {
        this.round = round;
        this.random = random;
    }

    @Override
    public void act() {
        for (int i = 0; i < STEPS; i++) {
            if (present.size() == MAX_PRESENT || (!present.isEmpty() && random.nextBoolean())) {
                Present one = random.nextBoolean() ? present.removeFirst() : present.removeLast();
                one.subscription().close();
                one.audience().leaves();
            } else {
                present.add(comes());
            }
            Round.pause(random);
        }
    }

    private Present comes() {
        if (random.nextInt(4) == 0) {
            Kind kind = Kind.ofPattern(random);
            return comes(kind, round.bus.subscription(PATTERN), PATTERN::matches, Long.MAX_VALUE);
        }
        Topic<Note> topic = round.topics.get(random.nextInt(round.topics.size()));
        long overtakers = (long) OVERTAKERS_PER_PLACE * topic.capacity();
        return comes(Kind.any(random), round.bus.subscription(topic), topic.name()::equals, overtakers);
    }

    private Present comes(Kind kind, SubscriptionBuilder<Note> any, Predicate<String> topics, long overtakers) {
        boolean manyThreads = kind.canHaveManyThreads && random.nextInt(3) == 0;
        int unwanted = kind == Kind.NEWEST ? -1 : random.nextInt(6) - 3;
        int maxAttempts = 1 + random.nextInt(4);
        Audience.Order order = manyThreads && kind.order == Audience.Order.OF_TELLER ? Audience.Order.NONE : kind.order;
        var traits = new Audience.Traits(order, !manyThreads, unwanted, maxAttempts, kind == Kind.BATCHES, true);
        Audience audience = round.newAudience("listening", topics, traits);
        if (kind == Kind.URGENT && !manyThreads) {
            audience.isOvertakenByAtMost(overtakers);
        }
        SubscriptionBuilder<Note> named = kind.of(any)
                .named(audience.name())
                .retry(Round.retry(maxAttempts))
                .on(manyThreads ? round.manyThreads(random) : Round.oneThread(random));
        SubscriptionBuilder<Note> builder = unwanted < 0 ? named : named.filter(audience::wants);
        Subscription subscription = audience.begins(
                () -> kind == Kind.BATCHES ? builder.handleBatches(audience::handleBatch) : builder.handle(audience));
        return new Present(audience, subscription);
    }

    @Override
    public String toString() {
        return "Listening" + present;
    }
}

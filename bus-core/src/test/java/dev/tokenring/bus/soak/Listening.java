package dev.tokenring.bus.soak;

import dev.tokenring.bus.Subscription;
import dev.tokenring.bus.SubscriptionBuilder;
import dev.tokenring.bus.Topic;
import dev.tokenring.bus.TopicPattern;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/** Subscribes in all the ways that a subscription can be for itself, and leaves again. */
final class Listening implements Participant {
    private static final TopicPattern<Note> PATTERN = TopicPattern.of("soak.*", Note.class);
    private static final int STEPS = 20;
    private static final int MAX_PRESENT = 4;

    private record Present(Audience audience, Subscription subscription) {}

    private final Round round;
    private final SplittableRandom random;
    private final Deque<Present> present = new ArrayDeque<>();

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
            return comes(round.bus.subscription(PATTERN), PATTERN::matches, false);
        }
        Topic<Note> topic = round.topics.get(random.nextInt(round.topics.size()));
        return comes(round.bus.subscription(topic), topic.name()::equals, true);
    }

    private Present comes(SubscriptionBuilder<Note> any, Predicate<String> topics, boolean oneTopic) {
        int maxAttempts = 1 + random.nextInt(4);
        SubscriptionBuilder<Note> builder = any.retry(Round.retry(maxAttempts));
        int unwanted = random.nextInt(6) - 3;
        boolean manyThreads = random.nextInt(3) == 0;
        boolean batches = false;
        Audience.Order order = manyThreads ? Audience.Order.NONE : Audience.Order.OF_TELLER;
        switch (random.nextInt(6)) {
            case 0 -> {
                builder = builder.keyedBy(Note::key);
                order = Audience.Order.OF_KEY;
            }
            case 1 -> {
                builder = builder.urgentFirst();
                order = Audience.Order.NONE;
            }
            case 2 -> {
                builder = builder.newestOnly();
                order = Audience.Order.WITH_GAPS;
                manyThreads = false;
                unwanted = -1;
            }
            case 3 -> batches = oneTopic && !manyThreads;
            default -> {}
        }
        builder = builder.on(manyThreads ? round.manyThreads(random) : Round.oneThread(random));
        var traits = new Audience.Traits(order, !manyThreads, unwanted, maxAttempts, batches, true);
        Audience audience = round.newAudience("listening", topics, traits);
        return new Present(audience, subscribe(audience, builder, unwanted >= 0, batches));
    }

    private static Subscription subscribe(
            Audience audience, SubscriptionBuilder<Note> described, boolean filters, boolean batches) {
        SubscriptionBuilder<Note> named = described.named(audience.name());
        SubscriptionBuilder<Note> builder = filters ? named.filter(audience::wants) : named;
        return audience.begins(
                () -> batches ? builder.handleBatches(audience::handleBatch) : builder.handle(audience));
    }

    @Override
    public String toString() {
        return "Listening" + present;
    }
}

package dev.tokenring.bus.soak;

import dev.tokenring.bus.Subscription;
import dev.tokenring.bus.SubscriptionBuilder;
import dev.tokenring.bus.Topic;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;

/** A group whose members come and go. There is always one, so together they must be given everything. */
final class Working implements Participant {
    private static final int STEPS = 30;
    private static final int MAX_PRESENT = 4;

    private final Round round;
    private final Topic<Note> topic;
    private final SplittableRandom random;
    private final Audience audience;
    private final SubscriptionBuilder<Note> member;
    private final List<Subscription> present = new CopyOnWriteArrayList<>();

    Working(Round round, Topic<Note> topic, SplittableRandom random) {
        this.round = round;
        this.topic = topic;
        this.random = random;
        int kind = random.nextInt(3);
        int maxAttempts = 1 + random.nextInt(4);
        int unwanted = random.nextInt(6) - 3;
        Audience.Order order = kind == 0 ? Audience.Order.OF_KEY : Audience.Order.NONE;
        audience = round.newAudience(
                "working", topic.name()::equals, new Audience.Traits(order, false, unwanted, maxAttempts, false, true));
        SubscriptionBuilder<Note> builder =
                round.bus.subscription(topic).group(audience.name()).retry(Round.retry(maxAttempts));
        SubscriptionBuilder<Note> filtered = unwanted < 0 ? builder : builder.filter(audience::wants);
        member = kind == 0 ? filtered.keyedBy(Note::key) : kind == 1 ? filtered.urgentFirst() : filtered;
    }

    @Override
    public void act() {
        present.add(audience.begins(this::comes));
        for (int i = 0; i < STEPS; i++) {
            if (present.size() == 1 || (present.size() < MAX_PRESENT && random.nextBoolean())) {
                present.add(comes());
            } else {
                present.remove(random.nextInt(present.size())).close();
            }
            Round.pause(random);
        }
    }

    private Subscription comes() {
        return member.named(round.newMember(audience))
                .on(random.nextBoolean() ? Round.oneThread(random) : round.manyThreads(random))
                .handle(audience);
    }

    @Override
    public String toString() {
        return "Working[" + audience + ", " + topic + ", " + present + "]";
    }
}

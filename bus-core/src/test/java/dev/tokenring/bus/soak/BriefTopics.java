package dev.tokenring.bus.soak;

import dev.tokenring.bus.Publisher;
import dev.tokenring.bus.Topic;
import java.util.ArrayList;
import java.util.SplittableRandom;
import java.util.concurrent.Future;

/**
 * Adds topics and removes them again, under few names, while others tell something there, and more others listen to their
 * pattern. What was told before the end of a topic must be handed out.
 */
final class BriefTopics implements Participant {
    private static final int TIMES = 12;

    private final Round round;
    private final SplittableRandom random;

    BriefTopics(Round round, SplittableRandom random) {
        this.round = round;
        this.random = random;
    }

    @Override
    public void act() throws Exception {
        var elsewhere = new ArrayList<Future<?>>();
        for (int i = 0; i < TIMES; i++) {
            Topic<Note> topic =
                    Topic.of("soak.brief-" + random.nextInt(3), Note.class).withCapacity(8);
            Publisher<Note> publisher = round.bus.publisher(topic);
            int count = random.nextInt(30);
            Teller mine = round.newTeller(topic.name());
            if (random.nextBoolean()) {
                Teller somebodyElses = round.newTeller(topic.name());
                elsewhere.add(round.alongside(() -> Telling.tell(publisher, somebodyElses, 3 * count)));
            }
            Telling.tell(publisher, mine, count);
            round.bus.remove(topic);
        }
        for (Future<?> one : elsewhere) {
            one.get();
        }
    }

    @Override
    public String toString() {
        return "BriefTopics";
    }
}

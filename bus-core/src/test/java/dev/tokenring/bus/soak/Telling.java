package dev.tokenring.bus.soak;

import dev.tokenring.bus.BusClosedException;
import dev.tokenring.bus.Headers;
import dev.tokenring.bus.PublishOutcome;
import dev.tokenring.bus.Publisher;
import dev.tokenring.bus.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Publishes by reference in all ways there are. */
final class Telling implements Participant {
    private static final Pattern PUBLISHED_BEFORE =
            Pattern.compile("; (\\d+) of (\\d+) messages were published before");

    private final Round round;
    private final Topic<Note> topic;
    private final SplittableRandom random;
    private final Teller teller;

    Telling(Round round, Topic<Note> topic, SplittableRandom random) {
        this.round = round;
        this.topic = topic;
        this.random = random;
        this.teller = round.newTeller(topic.name());
    }

    @Override
    public void act() {
        Publisher<Note> publisher = round.bus.publisher(topic);
        while (!round.hasEnoughOf(teller) && tellOnce(publisher)) {
            if (random.nextInt(20) == 0) {
                Thread.yield();
            }
        }
    }

    /** Tells so many notes, or fewer if the topic is closed. */
    static void tell(Publisher<Note> publisher, Teller teller, int count) {
        try {
            for (int i = 0; i < count; i++) {
                publisher.publish(teller.next());
                teller.tells(1);
            }
        } catch (BusClosedException removedOrInHaste) {
            // What was not told does not count.
        }
    }

    /** Gives false if the bus is closed. */
    private boolean tellOnce(Publisher<Note> publisher) {
        switch (random.nextInt(8)) {
            case 0:
                return tellTogether(publisher);
            case 1, 2:
                return told(publisher.tryPublish(teller.next(), headers()));
            case 3:
                return told(
                        publisher.tryPublish(teller.next(), headers(), Duration.ofNanos(1 + random.nextInt(500_000))));
            default:
                publisher.publish(teller.next(), headers());
                teller.tells(1);
                return true;
        }
    }

    private Headers headers() {
        return random.nextBoolean() ? Headers.NONE : Headers.NONE.withPriority(random.nextInt(5));
    }

    private boolean told(PublishOutcome outcome) {
        switch (outcome) {
            case PUBLISHED, NO_SUBSCRIPTION -> teller.tells(1);
            case BACK_PRESSURED -> Thread.onSpinWait();
            case CLOSED -> {
                return false;
            }
        }
        return true;
    }

    private boolean tellTogether(Publisher<Note> publisher) {
        int count = 1 + random.nextInt(3 * topic.capacity());
        List<Note> notes = new ArrayList<>();
        teller.begins(count);
        for (int i = 0; i < count; i++) {
            notes.add(Note.of(teller.id(), teller.told() + i));
        }
        try {
            publisher.publishAll(notes, headers());
            teller.tells(count);
            return true;
        } catch (BusClosedException inHaste) {
            Matcher published = PUBLISHED_BEFORE.matcher(inHaste.getMessage());
            if (published.find()) {
                teller.tells(Integer.parseInt(published.group(1)));
            } else {
                round.broken.add("does not say how many were published: " + inHaste.getMessage());
            }
            return false;
        }
    }

    @Override
    public String toString() {
        return "Telling[" + teller + "]";
    }
}

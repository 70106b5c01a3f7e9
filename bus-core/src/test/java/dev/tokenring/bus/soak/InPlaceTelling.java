package dev.tokenring.bus.soak;

import dev.tokenring.bus.BusClosedException;
import dev.tokenring.bus.Claim;
import dev.tokenring.bus.PublishOutcome;
import dev.tokenring.bus.Publisher;
import dev.tokenring.bus.SubscriptionBuilder;
import dev.tokenring.bus.Topic;
import dev.tokenring.bus.WaitStrategy;
import java.util.SplittableRandom;

/** Has an in-place topic with its listeners, and fills its slots in all ways there are. */
final class InPlaceTelling implements Participant {
    private final Round round;
    private final Topic<Cell> topic;
    private final SplittableRandom random;
    private final Teller teller;
    private final int listeners;

    InPlaceTelling(Round round, SplittableRandom random) {
        this.round = round;
        this.random = random;
        Topic<Cell> described = Topic.inPlace("in-place", Cell.class, Cell::new)
                .withCapacity(2 << random.nextInt(5))
                .withWaitStrategy(random.nextBoolean() ? WaitStrategy.ADAPTIVE : WaitStrategy.BLOCKING);
        this.topic = random.nextBoolean() ? described : described.withSinglePublisher();
        this.teller = round.newTeller(topic.name());
        this.listeners = 1 + random.nextInt(3);
    }

    @Override
    public void act() {
        for (int i = 0; i < listeners; i++) {
            listen();
        }
        Publisher<Cell> publisher = round.bus.publisher(topic);
        while (!round.hasEnoughOf(teller) && tellOnce(publisher)) {
            Thread.onSpinWait();
        }
    }

    private void listen() {
        int unwanted = random.nextInt(6) - 3;
        var traits = new Audience.Traits(Audience.Order.OF_TELLER, true, unwanted, 1, false, false);
        Audience audience = round.newAudience("in-place", topic.name()::equals, traits);
        SubscriptionBuilder<Cell> builder =
                round.bus.subscription(topic).named(audience.name()).on(Round.oneThread(random));
        SubscriptionBuilder<Cell> filtered =
                unwanted < 0 ? builder : builder.filter(cell -> audience.wants(cell.note()));
        audience.begins(() -> filtered.handle((cell, context) -> audience.handle(cell.note(), context)));
    }

    /** Gives false if the bus is closed. */
    private boolean tellOnce(Publisher<Cell> publisher) {
        Note note = teller.next();
        try {
            switch (random.nextInt(6)) {
                case 0, 1 -> publisher.publishInPlace(cell -> cell.fill(note.teller(), note.number()));
                case 2 -> publisher.publishInPlace(note, (cell, filled) -> cell.fill(filled.teller(), filled.number()));
                case 3 -> {
                    failToFill(publisher);
                    return true;
                }
                case 4 -> {
                    return claim(publisher.claim(), note);
                }
                default -> {
                    Claim<Cell> claim = publisher.tryClaim();
                    return claim == null || claim(claim, note);
                }
            }
        } catch (BusClosedException inHaste) {
            return false;
        }
        teller.tells(1);
        return true;
    }

    private void failToFill(Publisher<Cell> publisher) {
        round.tookPlaceInVain(listeners);
        try {
            publisher.publishInPlace(cell -> {
                cell.fill(-1, -1);
                throw new Stumble();
            });
        } catch (Stumble expected) {
            return;
        }
        round.broken.add("what a filler threw was swallowed");
    }

    private boolean claim(Claim<Cell> given, Note note) {
        try (Claim<Cell> claim = given) {
            claim.message().fill(note.teller(), note.number());
            switch (random.nextInt(4)) {
                case 0 -> {
                    round.tookPlaceInVain(listeners);
                    claim.abort();
                }
                case 1 -> round.tookPlaceInVain(listeners); // closing it aborts it
                default -> {
                    PublishOutcome outcome = claim.commit();
                    if (outcome == PublishOutcome.CLOSED) {
                        return false;
                    }
                    teller.tells(1);
                }
            }
            return true;
        }
    }

    @Override
    public String toString() {
        return "InPlaceTelling[" + teller + ", " + topic + "]";
    }
}

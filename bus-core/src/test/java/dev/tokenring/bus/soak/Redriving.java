package dev.tokenring.bus.soak;

import dev.tokenring.bus.DeadLetter;
import dev.tokenring.bus.Topic;
import java.util.SplittableRandom;

/** Mends messages that were given up, and gives them back: each must be handled then, once. */
final class Redriving implements Participant {
    private static final int STEPS = 20;

    private final Round round;
    private final SplittableRandom random;

    Redriving(Round round, SplittableRandom random) {
        this.round = round;
        this.random = random;
    }

    @Override
    public void act() {
        for (int i = 0; i < STEPS; i++) {
            Topic<Note> topic = round.topics.get(random.nextInt(round.topics.size()));
            for (DeadLetter<Note> letter : round.bus.deadLetters(topic)) {
                if (random.nextBoolean()) {
                    round.bus.redrive(letter.withMessage(letter.message().mend()));
                }
            }
            Round.pause(random);
        }
    }

    @Override
    public String toString() {
        return "Redriving";
    }
}

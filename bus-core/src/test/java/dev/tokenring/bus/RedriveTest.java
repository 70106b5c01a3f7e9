package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** A message that is redriven is treated as if it were new, and counts once. */
class RedriveTest extends BusTest {
    record Word(String key, String text) {}

    private static final Topic<Word> WORDS = Topic.of("words", Word.class);
    private static final Word BAD = new Word("a", "bad");
    private static final Word MENDED = new Word("a", "mended");
    private static final Word SLOW = new Word("a", "slow");

    private final Gate gate = new Gate();
    private final List<Word> handled = new CopyOnWriteArrayList<>();

    private void handle(Word word, MessageContext context) throws InterruptedException {
        if (word.equals(BAD)) {
            throw new IllegalStateException("bad word");
        }
        if (word.equals(SLOW)) {
            gate.pass();
        }
        handled.add(word);
    }

    private void redrive(Bus bus) {
        await("it is given up", () -> bus.deadLetters(WORDS).size() == 1);
        DeadLetter<Word> letter = bus.deadLetters(WORDS).get(0);
        assertThat(bus.redrive(letter.withMessage(MENDED))).isEqualTo(RedriveOutcome.REDRIVEN);
    }

    @Test
    void letterIsNoLongerKeptIfItWasMendedBefore() {
        Bus bus = open();
        bus.subscribe(WORDS, this::handle);
        bus.publish(WORDS, BAD);
        redrive(bus);
        assertThat(bus.deadLetters(WORDS)).isEmpty();
        await("it is handled", () -> handled.equals(List.of(MENDED)));
    }

    @Test
    void redrivenMessageWaitsUntilItsKeyIsFree() throws Exception {
        Bus bus = open();
        Subscription subscription = bus.subscription(WORDS)
                .keyedBy(Word::key)
                .on(Execution.virtualThreads(4))
                .handle(this::handle);
        bus.publish(WORDS, BAD);
        await("it is given up", () -> bus.deadLetters(WORDS).size() == 1);
        bus.publish(WORDS, SLOW);
        gate.awaitArrival();
        redrive(bus);
        bus.publish(WORDS, new Word("b", "other"));
        await("another key is handled", () -> handled.size() == 1);
        assertThat(handled).containsExactly(new Word("b", "other"));
        await("both of the key wait", () -> subscription.lag() == 2);
        gate.open();
        await("all are handled", () -> handled.size() == 3);
        assertThat(handled).endsWith(SLOW, MENDED);
        await("nothing waits", () -> subscription.lag() == 0);
    }

    @Test
    void moreRedrivenMessagesOfOneKeyThanTheTopicHoldsAreAllHandled() {
        int letters = 12;
        Topic<Word> few = Topic.of("few", Word.class).withCapacity(4);
        Bus bus = open();
        bus.subscription(few)
                .keyedBy(Word::key)
                .on(Execution.virtualThreads(4))
                .retry(RetryPolicy.of(2).withBackoff(Duration.ofMillis(1), 1, Duration.ofMillis(1)))
                .handle(this::handle);
        for (int i = 0; i < letters; i++) {
            bus.publish(few, BAD);
        }
        await("all are given up", () -> bus.deadLetters(few).size() == letters);
        bus.deadLetters(few).forEach(letter -> bus.redrive(letter.withMessage(MENDED)));
        Word next = new Word(MENDED.key(), "next");
        bus.publish(few, next);
        await("all are handled, and the next one", () -> handled.size() == letters + 1);
        assertThat(handled).contains(next);
    }

    @Test
    void redrivenMessageThatWaitsForItsKeyBecomesADeadLetterAgainWhenItsSubscriptionCloses() throws Exception {
        Bus bus = open();
        Subscription subscription = bus.subscription(WORDS)
                .keyedBy(Word::key)
                .on(Execution.virtualThreads(4))
                .handle(this::handle);
        bus.publish(WORDS, BAD);
        await("it is given up", () -> bus.deadLetters(WORDS).size() == 1);
        bus.publish(WORDS, SLOW);
        gate.awaitArrival();
        redrive(bus);
        var closing = start(() -> {
            subscription.close();
            return null;
        });
        await("it is given up again", () -> bus.deadLetters(WORDS).size() == 1);
        gate.open();
        get(closing);
        assertThat(handled).containsExactly(SLOW);
        assertThat(bus.deadLetters(WORDS))
                .singleElement()
                .extracting(DeadLetter::message)
                .isEqualTo(MENDED);
    }

    @Test
    void lagIsRightAfterARedrive() throws Exception {
        Bus bus = open();
        Subscription subscription = bus.subscription(WORDS).urgentFirst().handle(this::handle);
        bus.publish(WORDS, BAD);
        redrive(bus);
        await("it is handled", () -> handled.size() == 1);
        bus.publish(WORDS, SLOW);
        gate.awaitArrival();
        assertThat(subscription.lag()).isEqualTo(1);
        gate.open();
        await("nothing waits", () -> subscription.lag() == 0);
    }
}

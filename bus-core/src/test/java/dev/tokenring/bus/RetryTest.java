package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What becomes of messages that a handler fails on. */
class RetryTest extends BusTest {
    private static final Topic<String> WORDS = Topic.of("words", String.class).withCapacity(16);
    private static final Instant START = Instant.parse("2026-11-01T12:00:00Z");
    private static final RetryPolicy EVERY_SECOND = RetryPolicy.of(3)
            .withBackoff(Duration.ofSeconds(1), 2, Duration.ofMinutes(1))
            .withJitter(0);

    private final Stepper stepper = Stepper.at(START);
    private final List<String> handled = new ArrayList<>();

    private Bus steppedBus() {
        return open(BusOptions.DEFAULT.steppedBy(stepper));
    }

    @Test
    void messagesBehindDoNotWaitAndRetriesComeWhenTheyAreDue() {
        Bus bus = steppedBus();
        Subscription reader = bus.subscription(WORDS).retry(EVERY_SECOND).handle((word, context) -> {
            if (word.equals("bad") && context.attempt() < 3) {
                throw new IllegalStateException("attempt " + context.attempt());
            }
            handled.add(word + " " + context.attempt() + " at "
                    + Duration.between(START, stepper.now()).toSeconds());
        });
        bus.publish(WORDS, "bad");
        bus.publish(WORDS, "good");
        stepper.run();
        assertThat(handled).containsExactly("good 1 at 0");
        assertThat(reader.lag()).isEqualTo(1);
        stepper.advance(Duration.ofSeconds(10));
        assertThat(handled).containsExactly("good 1 at 0", "bad 3 at 3");
        assertThat(reader.lag()).isZero();
        assertThat(reader.failures()).isEqualTo(2);
        assertThat(errors).extracting(HandlerError::attempt).containsExactly(1, 2);
        assertThat(errors).allMatch(HandlerError::willRetry);
        assertThat(bus.deadLetters(WORDS)).isEmpty();
    }

    @Test
    void messageThatIsGivenUpIsKeptWithEverythingAboutIt() {
        Bus bus = steppedBus();
        bus.subscription(WORDS).named("reader").retry(EVERY_SECOND).handle((word, context) -> {
            throw new IllegalStateException("attempt " + context.attempt());
        });
        Headers headers = Headers.NONE.withCorrelationId("17");
        bus.publish(WORDS, "bad", headers);
        stepper.advance(Duration.ofSeconds(10));
        assertThat(bus.deadLetters(WORDS)).singleElement().satisfies(letter -> {
            assertThat(letter.topic()).isEqualTo("words");
            assertThat(letter.subscription()).isEqualTo("reader");
            assertThat(letter.sequence()).isZero();
            assertThat(letter.message()).isEqualTo("bad");
            assertThat(letter.headers()).isEqualTo(headers);
            assertThat(letter.attempts()).isEqualTo(3);
            assertThat(letter.lastError()).hasMessage("attempt 3");
            assertThat(letter.firstFailure()).isEqualTo(START);
            assertThat(letter.givenUp()).isEqualTo(START.plusSeconds(3));
        });
    }

    @Test
    void closingASteppedBusWaitsForNoRetryThatIsNotDue() {
        Bus bus = steppedBus();
        bus.subscription(WORDS)
                .retry(RetryPolicy.of(2).withBackoff(Duration.ofHours(1), 1, Duration.ofHours(1)))
                .handle((word, context) -> {
                    throw new IllegalStateException("bad word");
                });
        bus.publish(WORDS, "bad");
        stepper.run();
        long startNs = System.nanoTime();
        assertThat(bus.close(PATIENCE)).isEqualTo(new CloseReport(0, 0, 1));
        assertThat(System.nanoTime() - startNs).isLessThan(PATIENCE.toNanos());
        assertThat(Thread.interrupted()).isFalse();
        assertThat(bus.deadLetters(WORDS)).hasSize(1);
    }

    @Test
    void whatWaitsForItsRetryAtTheEndIsAbandonedAndNotDelivered() {
        Bus bus = open();
        bus.subscription(WORDS)
                .retry(RetryPolicy.of(2).withBackoff(Duration.ofHours(1), 1, Duration.ofHours(1)))
                .handle((word, context) -> {
                    throw new IllegalStateException("bad word");
                });
        bus.publish(WORDS, "one");
        bus.publish(WORDS, "two");
        await("both have failed", () -> errors.size() == 2);
        assertThat(bus.close(Duration.ofMillis(20))).isEqualTo(new CloseReport(0, 0, 2));
    }

    @Test
    void mendedDeadLetterGoesBackToItsSubscriptionAlone() {
        Bus bus = steppedBus();
        bus.subscription(WORDS).named("picky").handle((word, context) -> {
            if (word.equals("bad")) {
                throw new IllegalStateException("bad word");
            }
            handled.add(word);
        });
        var other = new ArrayList<String>();
        bus.subscribe(WORDS, (word, context) -> other.add(word));
        bus.publish(WORDS, "bad");
        stepper.run();
        DeadLetter<String> letter = bus.deadLetters(WORDS).get(0);
        assertThat(bus.redrive(letter.withMessage("good"))).isEqualTo(RedriveOutcome.REDRIVEN);
        stepper.run();
        assertThat(handled).containsExactly("good");
        assertThat(other).containsExactly("bad");
    }

    @Test
    void redrivenLetterIsNoLongerKeptUnlessItsSubscriptionIsGone() {
        Bus bus = steppedBus();
        Subscription picky = bus.subscription(WORDS).named("picky").handle((word, context) -> {
            throw new IllegalStateException("bad word");
        });
        bus.publish(WORDS, "bad");
        stepper.run();
        DeadLetter<String> letter = bus.deadLetters(WORDS).get(0);
        assertThat(bus.redrive(letter)).isEqualTo(RedriveOutcome.REDRIVEN);
        assertThat(bus.deadLetters(WORDS)).isEmpty();
        stepper.run();
        assertThat(bus.deadLetters(WORDS)).hasSize(1);
        picky.close();
        assertThat(bus.redrive(bus.deadLetters(WORDS).get(0))).isEqualTo(RedriveOutcome.NO_SUBSCRIPTION);
        assertThat(bus.deadLetters(WORDS)).hasSize(1);
    }

    @Test
    void deadLettersCanBeSubscribedTo() {
        Bus bus = steppedBus();
        var letters = new ArrayList<DeadLetter<?>>();
        bus.subscribe(DeadLetter.ALL, (letter, context) -> letters.add(letter));
        bus.subscribe(WORDS, (word, context) -> {
            throw new IllegalStateException("bad word");
        });
        bus.publish(WORDS, "one");
        bus.publish(WORDS, "two");
        stepper.run();
        assertThat(letters.stream().<Object>map(DeadLetter::message)).containsExactly("one", "two");
        assertThat(bus.deadLetters(WORDS)).hasSize(2);
    }

    @Test
    void oldestDeadLetterIsPushedOutAndThatIsReported() {
        Bus bus = open(BusOptions.DEFAULT.steppedBy(stepper).withDeadLetterCapacity(2));
        bus.subscribe(WORDS, (word, context) -> {
            throw new IllegalStateException("bad " + word);
        });
        for (String word : List.of("one", "two", "three")) {
            bus.publish(WORDS, word);
        }
        stepper.run();
        assertThat(bus.deadLetters(WORDS)).extracting(DeadLetter::message).containsExactly("two", "three");
        assertThat(errors).hasSize(4);
        assertThat(errors.get(3).cause())
                .hasMessageContaining("a dead letter was dropped to make room for newer ones")
                .hasRootCauseMessage("bad one");
    }

    @Test
    void whatWaitsForARetryWhenTheBusClosesBecomesADeadLetter() {
        Bus bus = open(BusOptions.DEFAULT.withCloseTimeout(Duration.ofMillis(20)));
        var tried = new CopyOnWriteArrayList<String>();
        bus.subscription(WORDS)
                .retry(EVERY_SECOND.withBackoff(Duration.ofHours(1), 1, Duration.ofHours(1)))
                .handle((word, context) -> {
                    tried.add(word);
                    throw new IllegalStateException("not yet");
                });
        bus.publish(WORDS, "patient");
        await("it was tried", () -> tried.size() == 1 && errors.size() == 1);
        assertThat(bus.close(Duration.ofMillis(20)).abandoned()).isEqualTo(1);
        assertThat(bus.deadLetters(WORDS)).singleElement().satisfies(letter -> assertThat(letter.attempts())
                .isEqualTo(1));
    }

    @Test
    void noMoreMessagesWaitForRetriesThanTheRingHolds() {
        Bus bus = steppedBus();
        bus.subscription(WORDS).retry(EVERY_SECOND).handle((word, context) -> {
            if (context.attempt() == 1) {
                throw new IllegalStateException("not yet");
            }
            handled.add(word);
        });
        for (int i = 0; i < 16; i++) {
            bus.publish(WORDS, "first " + i);
        }
        stepper.run();
        for (int i = 0; i < 16; i++) {
            bus.publish(WORDS, "second " + i);
        }
        stepper.run();
        assertThat(errors).hasSize(16);
        assertThat(bus.tryPublish(WORDS, "too much")).isEqualTo(PublishOutcome.BACK_PRESSURED);
        stepper.advance(Duration.ofSeconds(5));
        assertThat(handled).hasSize(32);
    }
}

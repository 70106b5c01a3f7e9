package dev.tokenring.bus.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.bus.BatchHandler;
import dev.tokenring.bus.Handler;
import dev.tokenring.bus.Headers;
import dev.tokenring.bus.PublishOutcome;
import dev.tokenring.bus.RetryPolicy;
import dev.tokenring.bus.WaitStrategy;
import dev.tokenring.bus.failure.Guard;
import dev.tokenring.bus.ring.Ring;
import dev.tokenring.bus.time.Clock;
import dev.tokenring.bus.time.Timers;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A handler returns, or fails, at the very moment when another thread is to go on in its place: no message is handled
 * twice, skipped, or given up twice.
 */
class TakeOverTest {
    private static final int MESSAGES = 8_000;
    private static final Exception STUCK = new Exception("stuck");

    private final Timers timers = new Timers(Clock.SYSTEM);
    private final AtomicIntegerArray calls = new AtomicIntegerArray(MESSAGES);
    private final AtomicIntegerArray letters = new AtomicIntegerArray(MESSAGES);
    private final Ring<Integer> ring = new Ring<>(64, false, null);
    private final CountDownLatch ended = new CountDownLatch(1);
    private @Nullable Loop loop;
    private volatile long attempts;
    private volatile long lastAttemptNs;

    @AfterEach
    void end() {
        timers.close();
    }

    enum Shape {
        IN_ORDER {
            @Override
            Dispatcher<Integer> dispatcher(TakeOverTest test, Handler<Integer> handler) {
                return new InOrderDispatcher<>(test.recipient(handler), test.ring, 16, unread -> {});
            }
        },
        BATCHES {
            @Override
            Dispatcher<Integer> dispatcher(TakeOverTest test, Handler<Integer> handler) {
                BatchHandler<Integer> batchHandler = (numbers, context) -> {
                    for (Integer number : numbers) {
                        handler.handle(number, context);
                    }
                };
                return new InOrderDispatcher<>(
                        Recipient.ofBatches("numbers", "reader", batchHandler, null, test.retries(RetryPolicy.NONE)),
                        test.ring,
                        16,
                        unread -> {});
            }
        },
        FIRST_COME {
            @Override
            Dispatcher<Integer> dispatcher(TakeOverTest test, Handler<Integer> handler) {
                return test.taking(handler, null, false);
            }
        },
        KEYED {
            @Override
            Dispatcher<Integer> dispatcher(TakeOverTest test, Handler<Integer> handler) {
                return test.taking(handler, number -> number % 3, false);
            }
        },
        URGENT_FIRST {
            @Override
            Dispatcher<Integer> dispatcher(TakeOverTest test, Handler<Integer> handler) {
                return test.taking(handler, null, true);
            }
        };

        abstract Dispatcher<Integer> dispatcher(TakeOverTest test, Handler<Integer> handler);
    }

    private Retries<Integer> retries(RetryPolicy policy) {
        return new Retries<>(
                "reader",
                policy,
                64,
                timers,
                new Guard(error -> {}),
                (subscription, number, delivery, cause) -> letters.incrementAndGet(number));
    }

    private Recipient<Integer> recipient(Handler<Integer> handler) {
        return Recipient.of("numbers", "reader", handler, null, retries(RetryPolicy.NONE));
    }

    private Dispatcher<Integer> taking(
            Handler<Integer> handler, @Nullable Function<Integer, ?> key, boolean urgentFirst) {
        Intake<Integer> intake = Intake.of(ring.join(false), retries(RetryPolicy.NONE), key, urgentFirst, 64);
        Recipient<Integer> recipient = Recipient.of("numbers", "reader", handler, null, intake.retries());
        Dispatcher<Integer> member = intake.newMember(recipient, null, 1, unread -> {});
        assertThat(member).isNotNull();
        return member;
    }

    private void start(Dispatcher<Integer> dispatcher) {
        var own = new Loop(this, "tokenring-take-over-test", WaitStrategy.YIELDING, true);
        loop = own;
        dispatcher.start(own, ended::countDown);
        own.start();
    }

    private void publishAllAndEnd() {
        for (int number = 0; number < MESSAGES; number++) {
            while (ring.offer(number, Headers.NONE) != PublishOutcome.PUBLISHED) {
                Thread.yield();
            }
        }
        ring.end();
    }

    /** Calls each moment the moment of diversion, until there is nothing left to divert. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // by one thread alone
    private long divertUntilTheEnd(Dispatcher<Integer> dispatcher) {
        long diverted = 0;
        while (ended.getCount() > 0) {
            long handling = dispatcher.handling();
            attempts++;
            long beganNs = System.nanoTime();
            if (handling >= 0 && dispatcher.divert(handling, STUCK)) {
                diverted++;
            }
            lastAttemptNs = System.nanoTime() - beganNs;
        }
        return diverted;
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void handlerThatReturnsAtTheMomentOfDiversionHandlesNothingTwiceAndSkipsNothing(Shape shape) throws Exception {
        Dispatcher<Integer> dispatcher = shape.dispatcher(this, (number, context) -> {
            calls.incrementAndGet(number);
            linger(number);
        });
        start(dispatcher);
        var publisher = new Thread(this::publishAllAndEnd);
        publisher.start();
        long diverted = divertUntilTheEnd(dispatcher);
        publisher.join();

        long given = 0;
        for (int number = 0; number < MESSAGES; number++) {
            assertThat(calls.get(number)).as("calls for %s", number).isBetween(shape == Shape.BATCHES ? 0 : 1, 1);
            assertThat(letters.get(number)).as("letters of %s", number).isBetween(0, 1);
            given += letters.get(number);
        }
        assertThat(diverted)
                .as("diversions, whose number is up to the scheduler")
                .isPositive();
        assertThat(given).isGreaterThanOrEqualTo(diverted);
        assertThat(dispatcher.lag()).isZero();
        assertThat(dispatcher.delivered()).isEqualTo(MESSAGES);
    }

    @ParameterizedTest
    @EnumSource(value = Shape.class, mode = EnumSource.Mode.EXCLUDE, names = "BATCHES")
    void handlerThatFailsAtTheMomentOfDiversionHasItsMessageGivenUpOnce(Shape shape) throws Exception {
        Dispatcher<Integer> dispatcher = shape.dispatcher(this, (number, context) -> {
            calls.incrementAndGet(number);
            linger(number);
            throw new IllegalStateException("at the last moment");
        });
        start(dispatcher);
        var publisher = new Thread(this::publishAllAndEnd);
        publisher.start();
        long diverted = divertUntilTheEnd(dispatcher);
        publisher.join();

        for (int number = 0; number < MESSAGES; number++) {
            assertThat(calls.get(number)).as("calls for %s", number).isEqualTo(1);
            assertThat(letters.get(number)).as("letters of %s", number).isEqualTo(1);
        }
        assertThat(diverted)
                .as("diversions, whose number is up to the scheduler")
                .isPositive();
    }

    /** Now and then, stays until an attempt at diverting begins, and then about as long as that takes. */
    private void linger(int number) {
        if (number % 8 == 0) {
            long before = attempts;
            while (attempts == before && ended.getCount() > 0) {
                Thread.yield();
            }
            long untilNs = System.nanoTime() + number % 997 * Math.min(lastAttemptNs, 1_000_000) / 500;
            while (System.nanoTime() - untilNs < 0) {
                Thread.onSpinWait();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void whatWaitsForAStuckHandlerIsGivenUpWithItOnceEach(Shape shape) throws Exception {
        var arrived = new CountDownLatch(1);
        var letGo = new CountDownLatch(1);
        Dispatcher<Integer> dispatcher = shape.dispatcher(this, (number, context) -> {
            calls.incrementAndGet(number);
            arrived.countDown();
            letGo.await();
        });
        for (int number = 0; number < 10; number++) {
            assertThat(ring.offer(number, Headers.NONE)).isEqualTo(PublishOutcome.PUBLISHED);
        }
        start(dispatcher);
        assertThat(arrived.await(30, TimeUnit.SECONDS)).isTrue();

        assertThat(dispatcher.leaveStuck(dispatcher.handling(), STUCK)).isTrue();
        for (int number = 0; number < 10; number++) {
            assertThat(letters.get(number)).as("letters of %s", number).isEqualTo(1);
            assertThat(calls.get(number)).isEqualTo(number == 0 ? 1 : 0);
        }
        assertThat(ended.await(30, TimeUnit.SECONDS))
                .as("ended without the handler")
                .isTrue();
        assertThat(ring.offer(10, Headers.NONE)).isEqualTo(PublishOutcome.NO_SUBSCRIPTION);
        letGo.countDown();
        assertThat(loop).isNotNull();
        assertThat(loop.awaitEnd(System.nanoTime() + Duration.ofSeconds(30).toNanos()))
                .isTrue();
        assertThat(letters.get(0)).isEqualTo(1);
    }

    @Test
    void loopThatWasTakenOverFromHandsOnWhoComesLater() throws Exception {
        var arrived = new CountDownLatch(1);
        var letGo = new CountDownLatch(1);
        Dispatcher<Integer> stuck = Shape.IN_ORDER.dispatcher(this, (number, context) -> {
            if (number == 0) {
                arrived.countDown();
                letGo.await();
            }
        });
        var shared = new Loop(this, "tokenring-take-over-test", WaitStrategy.ADAPTIVE, false);
        stuck.start(shared, () -> {});
        shared.start();
        assertThat(ring.offer(0, Headers.NONE)).isEqualTo(PublishOutcome.PUBLISHED);
        assertThat(arrived.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(stuck.divert(stuck.handling(), STUCK)).isTrue();

        var handled = new CountDownLatch(1);
        Dispatcher<Integer> later = Shape.IN_ORDER.dispatcher(this, (number, context) -> handled.countDown());
        later.start(shared, () -> {});
        assertThat(ring.offer(1, Headers.NONE)).isEqualTo(PublishOutcome.PUBLISHED);
        assertThat(handled.await(30, TimeUnit.SECONDS)).isTrue();

        shared.close();
        assertThat(shared.awaitEnd(System.nanoTime() + Duration.ofSeconds(30).toNanos()))
                .as("the thread that took over ended")
                .isTrue();
        letGo.countDown();
    }
}

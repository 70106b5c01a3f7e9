package dev.tokenring.bus;

import static dev.tokenring.bus.Replies.BUFFER_SIZE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams honour demand, and end in one way. */
class StreamTest extends BusTest {
    /** Counts from zero to the number it is asked for. */
    static final Service<Integer, Integer> COUNT =
            Service.of("count", Integer.class, Integer.class).withCapacity(8);

    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger cancels = new AtomicInteger();

    private Subscription serveCount(Bus bus) {
        return bus.serveStream(COUNT, (number, replies) -> {
            replies.onCancel(cancels::incrementAndGet);
            for (int i = 0; i < number && replies.send(i); i++) {
                sent.incrementAndGet();
            }
        });
    }

    private static Thread handlerThread() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("tokenring-count-service"))
                .findFirst()
                .orElseThrow();
    }

    private static void awaitSignals(Reader<?> reader, int count) {
        await(count + " signals", () -> reader.signals.size() >= count);
    }

    private static void assertFailure(Object signal, RequestFailure failure) {
        assertThat(signal).isInstanceOf(RequestException.class);
        assertThat(((RequestException) signal).failure()).isEqualTo(failure);
    }

    @Test
    void partsComeInOrderThenTheEnd() {
        Bus bus = open();
        serveCount(bus);
        var reader = new Reader<Integer>(Long.MAX_VALUE);
        bus.stream(COUNT, 3).subscribe(reader);
        awaitSignals(reader, 5);
        assertThat(reader.signals).containsExactly("subscribed", 0, 1, 2, "complete");
    }

    @Test
    void demandIsHonouredExactly() {
        Bus bus = open();
        Subscription serving = serveCount(bus);
        var reader = new Reader<Integer>(0);
        bus.stream(COUNT, 10).subscribe(reader);
        await("the handler is done", () -> serving.delivered() == 1);
        assertThat(reader.signals).containsExactly("subscribed");
        reader.subscription.request(1);
        assertThat(reader.signals).containsExactly("subscribed", 0);
        reader.subscription.request(4);
        assertThat(reader.signals).containsExactly("subscribed", 0, 1, 2, 3, 4);
        reader.subscription.request(Long.MAX_VALUE);
        reader.subscription.request(Long.MAX_VALUE);
        assertThat(reader.signals).containsExactly("subscribed", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, "complete");
        assertThat(cancels).hasValue(0);
    }

    @Test
    void streamWithoutPartsEndsWithoutDemand() {
        Bus bus = open();
        serveCount(bus);
        var reader = new Reader<Integer>(0);
        bus.stream(COUNT, 0).subscribe(reader);
        awaitSignals(reader, 2);
        assertThat(reader.signals).containsExactly("subscribed", "complete");
    }

    @Test
    void readerThatAsksFromWithinOnNextDoesNotRecurse() {
        Bus bus = open();
        serveCount(bus);
        int parts = 100_000;
        var depth = new AtomicInteger();
        var count = new AtomicInteger();
        var deepest = new AtomicInteger();
        var complete = new CompletableFuture<Void>();
        bus.stream(COUNT, parts).subscribe(new Flow.Subscriber<>() {
            private Flow.Subscription subscription;

            @Override
            public void onSubscribe(Flow.Subscription given) {
                subscription = given;
                given.request(1);
            }

            @Override
            public void onNext(Integer part) {
                deepest.accumulateAndGet(depth.incrementAndGet(), Math::max);
                assertThat(part).isEqualTo(count.getAndIncrement());
                subscription.request(1);
                depth.decrementAndGet();
            }

            @Override
            public void onError(Throwable failure) {
                complete.completeExceptionally(failure);
            }

            @Override
            public void onComplete() {
                complete.complete(null);
            }
        });
        complete.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        assertThat(count).hasValue(parts);
        assertThat(deepest).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100})
    void slowReaderHoldsItsHandlerAfterTheBufferIsFullAndNotBefore(int demand) {
        Bus bus = open();
        Subscription serving = serveCount(bus);
        var reader = new Reader<Integer>(demand);
        int total = 2 * BUFFER_SIZE;
        bus.stream(COUNT, total).subscribe(reader);
        await("the buffer is full", () -> sent.get() == demand + BUFFER_SIZE);
        awaitBlocked(handlerThread());
        assertThat(sent).hasValue(demand + BUFFER_SIZE);
        assertThat(reader.signals).hasSize(1 + demand);

        reader.subscription.request(1);
        await("room for one", () -> sent.get() == demand + BUFFER_SIZE + 1);
        reader.subscription.request(total);
        await("the handler is done", () -> serving.delivered() == 1);
        awaitSignals(reader, total + 2);
        assertThat(reader.signals).endsWith(total - 1, "complete");
        assertThat(reader.broken).isEmpty();
    }

    @Test
    void lateDemandGetsThePartsThatWereLeftEvenAfterTheBusHasClosed() {
        Bus bus = open();
        serveCount(bus);
        var reader = new Reader<Integer>(1);
        bus.stream(COUNT, 4).subscribe(reader);
        bus.close();
        reader.subscription.request(2);
        assertThat(reader.signals).containsExactly("subscribed", 0, 1, 2);
        reader.subscription.request(2);
        assertThat(reader.signals).containsExactly("subscribed", 0, 1, 2, 3, "complete");
    }

    @Test
    void handlersFailureComesAfterThePartsItHadSent() {
        Bus bus = open();
        var cause = new IllegalStateException("lost count");
        Subscription serving = bus.serveStream(COUNT, (number, replies) -> {
            replies.send(1);
            replies.send(2);
            throw cause;
        });
        var reader = new Reader<Integer>(1);
        bus.stream(COUNT, 3).subscribe(reader);
        await("the handler is done", () -> serving.delivered() == 1);
        assertThat(reader.signals).containsExactly("subscribed", 1);
        reader.subscription.request(5);
        assertThat(reader.signals).hasSize(4).startsWith("subscribed", 1, 2);
        assertFailure(reader.signals.get(3), RequestFailure.HANDLER_FAILED);
        assertThat((Throwable) reader.signals.get(3)).hasCause(cause);
    }

    @Test
    void timeoutComesAtOnceWhateverIsBuffered() {
        Bus bus = open();
        serveCount(bus);
        var reader = new Reader<Integer>(1);
        bus.stream(COUNT, 2 * BUFFER_SIZE, Headers.NONE, Duration.ofMillis(50)).subscribe(reader);
        await("the stream fails", () -> reader.signals.get(reader.signals.size() - 1) instanceof RequestException);
        assertFailure(reader.signals.get(reader.signals.size() - 1), RequestFailure.TIMEOUT);
        assertThat(reader.signals).hasSizeLessThanOrEqualTo(3);
        reader.subscription.request(10);
        assertThat(reader.signals).hasSizeLessThanOrEqualTo(3);
    }

    @Test
    void closingTheBusFailsAStreamWhoseReaderIsSlow() {
        Bus bus = open();
        serveCount(bus);
        var reader = new Reader<Integer>(1);
        bus.stream(COUNT, 2 * BUFFER_SIZE).subscribe(reader);
        await("the buffer is full", () -> sent.get() == BUFFER_SIZE + 1);
        assertThat(bus.close(Duration.ofMillis(1))).isEqualTo(new CloseReport(1, 0, 0));
        assertThat(reader.signals).hasSize(3);
        assertFailure(reader.signals.get(2), RequestFailure.CLOSED);
        assertThat(cancels).hasValue(1);
        assertThat(errors).isEmpty();
    }

    @Test
    void nobodyServingOrAClosedBusIsASignal() {
        Bus bus = open();
        var early = new Reader<Integer>(1);
        bus.stream(COUNT, 1).subscribe(early);
        assertThat(early.signals).hasSize(2);
        assertFailure(early.signals.get(1), RequestFailure.NO_HANDLER);
        bus.close();
        var late = new Reader<Integer>(1);
        bus.stream(COUNT, 1).subscribe(late);
        assertThat(late.signals).hasSize(2);
        assertFailure(late.signals.get(1), RequestFailure.CLOSED);
    }

    @Test
    void differentServiceOfTheSameNameIsASignalToo() {
        Bus bus = open();
        serveCount(bus);
        var reader = new Reader<String>(1);
        bus.stream(Service.of("count", Integer.class, String.class), 1).subscribe(reader);
        assertThat(reader.signals).hasSize(2);
        assertThat(reader.signals.get(1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void cancelFromWithinOnSubscribeAsksNothing() {
        Bus bus = open();
        Subscription serving = serveCount(bus);
        var reader = new Reader<Integer>(0) {
            @Override
            void react(Object signal) {
                subscription.cancel();
            }
        };
        bus.stream(COUNT, 3).subscribe(reader);
        assertThat(bus.request(COUNT, 1).join()).isZero();
        await("the other is done with", () -> serving.delivered() == 1);
        assertThat(reader.signals).containsExactly("subscribed");
        assertThat(sent).hasValue(1);
    }

    @Test
    void cancelFromWithinOnNextReachesTheHandlerAndNothingComesAfterIt() {
        Bus bus = open();
        Subscription serving = serveCount(bus);
        var reader = new Reader<Integer>(Long.MAX_VALUE) {
            @Override
            void react(Object signal) {
                if (signal.equals(2)) {
                    subscription.cancel();
                    subscription.cancel();
                    subscription.request(5);
                    subscription.request(0);
                }
            }
        };
        bus.stream(COUNT, Integer.MAX_VALUE).subscribe(reader);
        await("the handler gives up", () -> serving.delivered() == 1);
        assertThat(reader.signals).containsExactly("subscribed", 0, 1, 2);
        assertThat(cancels).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void demandThatIsNotPositiveEndsTheStreamWithAnError(long wrong) {
        Bus bus = open();
        Subscription serving = serveCount(bus);
        var reader = new Reader<Integer>(2);
        bus.stream(COUNT, Integer.MAX_VALUE).subscribe(reader);
        awaitSignals(reader, 3);
        reader.subscription.request(wrong);
        await("the handler gives up", () -> serving.delivered() == 1);
        awaitSignals(reader, 4);
        assertThat(reader.signals).hasSize(4);
        assertThat((Throwable) reader.signals.get(3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the subscriber asked for " + wrong + " parts: ask for 1 or more (Reactive Streams, rule 3.9)");
        assertThat(cancels).hasValue(1);
    }

    @Test
    void wrongDemandFromWithinOnSubscribeIsAnsweredAfterIt() {
        Bus bus = open();
        Subscription serving = serveCount(bus);
        var reader = new Reader<Integer>(0) {
            @Override
            void react(Object signal) {
                if (signal.equals("subscribed")) {
                    subscription.request(0);
                }
            }
        };
        bus.stream(COUNT, 3).subscribe(reader);
        assertThat(reader.signals).hasSize(2).last().isInstanceOf(IllegalArgumentException.class);
        assertThat(reader.broken).isEmpty();
        assertThat(serving.lag()).isZero();
        assertThat(serving.delivered()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"subscribed", "1", "complete"})
    void readerThatThrowsHasCancelled(String where) {
        Bus bus = open();
        Subscription serving = serveCount(bus);
        var reader = new Reader<Integer>(Long.MAX_VALUE) {
            @Override
            void react(Object signal) {
                if (signal.toString().equals(where)) {
                    throw new IllegalStateException("can't stand it");
                }
            }
        };
        bus.stream(COUNT, 3).subscribe(reader);
        assertThat(bus.request(COUNT, 1).join()).isZero();
        await("the service goes on", () -> serving.delivered() >= 1);
        bus.close();
        assertThat(reader.signals).last().hasToString(where);
    }

    @Test
    void eachSubscriberAsksAnew() {
        Bus bus = open();
        serveCount(bus);
        Flow.Publisher<Integer> stream = bus.stream(COUNT, 2);
        for (int i = 0; i < 3; i++) {
            var reader = new Reader<Integer>(Long.MAX_VALUE);
            stream.subscribe(reader);
            awaitSignals(reader, 4);
            assertThat(reader.signals).containsExactly("subscribed", 0, 1, "complete");
        }
        assertThat(sent).hasValue(6);
        assertThatThrownBy(() -> stream.subscribe(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("subscriber");
    }

    @Test
    void singleReplyIsAStreamOfOnePart() {
        Bus bus = open();
        bus.serve(COUNT, (number, context) -> number);
        var reader = new Reader<Integer>(1);
        bus.stream(COUNT, 7).subscribe(reader);
        awaitSignals(reader, 3);
        assertThat(reader.signals).containsExactly("subscribed", 7, "complete");
    }

    @Test
    void slowReaderHoldsBackItsOwnServiceOnly() {
        Bus bus = open();
        serveCount(bus);
        Service<String, String> other = Service.of("other", String.class, String.class);
        bus.serve(other, (word, context) -> word);
        bus.stream(COUNT, 2 * BUFFER_SIZE).subscribe(new Reader<>(0));
        await("the buffer is full", () -> sent.get() == BUFFER_SIZE);
        assertThat(bus.request(other, "goes on").join()).isEqualTo("goes on");
        bus.close(Duration.ofMillis(1));
    }
}

package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A request ends in exactly one way, and the failure says which. */
class RequestTest extends BusTest {
    static final Service<String, String> SHOUT =
            Service.of("shout", String.class, String.class).withCapacity(4);

    static RequestException failureOf(CompletableFuture<?> future) {
        await("the request ends", future::isDone);
        return (RequestException)
                catchThrowableOfType(CompletionException.class, future::join).getCause();
    }

    private static void assertFailure(CompletableFuture<?> future, RequestFailure failure, String detail) {
        RequestException exception = failureOf(future);
        assertThat(exception.failure()).isEqualTo(failure);
        assertThat(exception.service()).isEqualTo("shout");
        assertThat(exception).hasMessage("request to shout: " + failure + ": " + detail);
    }

    @ParameterizedTest
    @EnumSource(WaitStrategy.class)
    void handlerAnswersEachRequestInTurn(WaitStrategy strategy) {
        Bus bus = open();
        Service<String, String> service = SHOUT.withWaitStrategy(strategy);
        bus.serve(service, (word, context) -> word + "!");
        for (int i = 0; i < 100; i++) {
            assertThat(bus.request(service, "word-" + i).join()).isEqualTo("word-" + i + "!");
        }
    }

    @Test
    void handlerSeesHeadersAndTheTimeThatIsLeft() {
        Bus bus = open();
        var remaining = new CopyOnWriteArrayList<Duration>();
        bus.serve(SHOUT, (word, context) -> {
            remaining.add(context.remaining());
            return word + context.headers();
        });
        Headers headers = Headers.NONE.withSender("user1");
        assertThat(bus.request(SHOUT, "a", headers, Duration.ofMinutes(1)).join())
                .isEqualTo("aHeaders[sender=user1]");
        assertThat(bus.request(SHOUT, "b", Duration.ofMinutes(1)).join()).isEqualTo("bHeaders[]");
        assertThat(remaining).hasSize(2).allSatisfy(left -> assertThat(left)
                .isLessThanOrEqualTo(Duration.ofMinutes(1))
                .isGreaterThan(Duration.ofSeconds(20)));
    }

    @Test
    void withoutHandlerARequestFailsAtOnce() {
        Bus bus = open();
        CompletableFuture<String> future = bus.request(SHOUT, "anybody?");
        assertThat(future).isDone();
        assertFailure(future, RequestFailure.NO_HANDLER, "nobody serves it on this bus");
    }

    @Test
    void handlerThatThrowsFailsTheRequestWithItsException() {
        Bus bus = open();
        var cause = new IllegalStateException("hoarse");
        Subscription serving = bus.serve(SHOUT, (word, context) -> {
            throw cause;
        });
        CompletableFuture<String> future = bus.request(SHOUT, "word");
        assertFailure(future, RequestFailure.HANDLER_FAILED, "the handler threw " + cause);
        assertThat(failureOf(future)).hasCause(cause);
        await("the request is done with", () -> serving.delivered() == 1);
        assertThat(errors).as("the caller has it, so the sink need not").isEmpty();
    }

    @Test
    void handlerThatReturnsNullFailsTheRequest() {
        Bus bus = open();
        bus.serve(SHOUT, (word, context) -> null);
        assertFailure(
                bus.request(SHOUT, "word"),
                RequestFailure.HANDLER_FAILED,
                "the handler threw java.lang.NullPointerException: the handler returned null: a reply can't be null");
    }

    @Test
    void handlerThatSendsNothingFailsTheRequest() {
        Bus bus = open();
        bus.serveStream(SHOUT, (word, replies) -> {});
        assertFailure(
                bus.request(SHOUT, "word"),
                RequestFailure.HANDLER_FAILED,
                "the handler returned without sending a reply");
    }

    @Test
    void partsAreMergedInOrder() {
        Bus bus = open();
        Service<String, String> merging = SHOUT.withMerge(String::concat);
        bus.serveStream(merging, (word, replies) -> {
            for (String letter : word.split("")) {
                assertThat(replies.send(letter)).isTrue();
            }
        });
        assertThat(bus.request(merging, "tokenring").join()).isEqualTo("tokenring");
        assertThat(bus.request(merging, "t").join()).isEqualTo("t");
    }

    @Test
    void secondPartNeedsAMerge() {
        Bus bus = open();
        bus.serveStream(SHOUT, (word, replies) -> {
            for (String letter : word.split("")) {
                replies.send(letter);
            }
        });
        assertFailure(
                bus.request(SHOUT, "ab"),
                RequestFailure.HANDLER_FAILED,
                "the handler threw java.lang.IllegalStateException: a second part was sent to a caller who wants one"
                        + " reply: send one part, or serve a description that says with Service.withMerge how parts become a"
                        + " whole; what the caller's says does not count");
        assertThat(bus.request(SHOUT, "a").join()).isEqualTo("a");
    }

    @Test
    void mergeThatThrowsFailsTheRequest() {
        Bus bus = open();
        Service<String, String> merging = SHOUT.withMerge((one, two) -> {
            throw new IllegalArgumentException("they don't fit");
        });
        bus.serveStream(merging, (word, replies) -> {
            replies.send("one");
            replies.send("two");
        });
        assertFailure(
                bus.request(merging, "word"),
                RequestFailure.HANDLER_FAILED,
                "the handler threw java.lang.IllegalArgumentException: they don't fit");
    }

    @Test
    void requestThatTakesTooLongFailsWithTimeoutAndItsReplyIsDropped() throws Exception {
        Bus bus = open();
        var gate = new Gate();
        bus.serve(SHOUT, (word, context) -> {
            gate.pass();
            return "too late";
        });
        CompletableFuture<String> future = bus.request(SHOUT, "word", Duration.ofMillis(5));
        assertFailure(future, RequestFailure.TIMEOUT, "no complete reply within PT0.005S");
        gate.open();
        assertThat(bus.request(SHOUT, "again").join()).isEqualTo("too late");
        assertThat(failureOf(future).failure()).isEqualTo(RequestFailure.TIMEOUT);
    }

    @Test
    void whoAsksAfterTheDeadlineIsToldHowLate() {
        Instant noon = Instant.parse("2026-11-01T12:00:00Z");
        Stepper stepper = Stepper.at(noon);
        try (Bus bus = Bus.open(BusOptions.DEFAULT.steppedBy(stepper))) {
            bus.serve(SHOUT, (word, context) -> word);
            CompletableFuture<String> late = bus.request(
                    SHOUT, "word", Headers.NONE.withDeadline(noon.minusMillis(1_500)), Duration.ofSeconds(5));
            stepper.step();
            assertFailure(late, RequestFailure.TIMEOUT, "the deadline had passed 1500 ms before it was asked");
        }
    }

    @Test
    void overloadIsRefusedAtOnceAndNeverStarted() throws Exception {
        Bus bus = open();
        var gate = new Gate();
        var handled = new CopyOnWriteArrayList<String>();
        Subscription serving = bus.serve(SHOUT, (word, context) -> {
            handled.add(word);
            gate.pass();
            return word + "!";
        });
        List<CompletableFuture<String>> accepted = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < SHOUT.capacity(); i++) {
                accepted.add(bus.request(SHOUT, round + "-" + i));
            }
            if (round == 0) {
                gate.awaitArrival();
                // It has less time left than those that wait, so it matters least.
                CompletableFuture<String> refused =
                        bus.request(SHOUT.withCapacity(1024), "refused", Duration.ofSeconds(9));
                assertThat(refused).isDone();
                assertFailure(refused, RequestFailure.OVERLOADED, "4 requests are waiting or being answered");
                gate.open();
            }
            accepted.forEach(CompletableFuture::join);
            // The last reply may come a moment before its slot is free.
            await("all are done with", () -> serving.delivered() == accepted.size());
        }
        assertThat(handled).hasSize(12).doesNotContain("refused");
    }

    @Test
    void cancelledOrExpiredRequestsThatWaitAreNeverStarted() throws Exception {
        Bus bus = open();
        var gate = new Gate();
        var handled = new CopyOnWriteArrayList<String>();
        bus.serve(SHOUT, (word, context) -> {
            handled.add(word);
            gate.pass();
            return word;
        });
        CompletableFuture<String> held = bus.request(SHOUT, "held");
        gate.awaitArrival();
        CompletableFuture<String> cancelled = bus.request(SHOUT, "cancelled");
        CompletableFuture<String> expired = bus.request(SHOUT, "expired", Duration.ofMillis(1));
        CompletableFuture<String> patient = bus.request(SHOUT, "patient");
        assertThat(cancelled.cancel(false)).isTrue();
        assertFailure(expired, RequestFailure.TIMEOUT, "no complete reply within PT0.001S");

        gate.open();
        assertThat(held.join()).isEqualTo("held");
        assertThat(patient.join()).isEqualTo("patient");
        assertThat(handled).containsExactly("held", "patient");
        assertThat(cancelled).isCancelled();
    }

    @Test
    void closedBusRefusesRequests() {
        Bus bus = open();
        bus.serve(SHOUT, (word, context) -> word);
        bus.close();
        CompletableFuture<String> future = bus.request(SHOUT, "word");
        assertThat(future).isDone();
        assertFailure(future, RequestFailure.CLOSED, "bus bus is closed: open another bus, or stop using this one");
    }

    @Test
    void closeFailsTheRequestsItCanNotWaitForAndNeverStartsThem() throws Exception {
        Bus bus = open();
        var gate = new Gate();
        var handled = new CopyOnWriteArrayList<String>();
        bus.serve(SHOUT, (word, context) -> {
            handled.add(word);
            gate.pass();
            return word;
        });
        CompletableFuture<String> held = bus.request(SHOUT, "held");
        gate.awaitArrival();
        CompletableFuture<String> waiting = bus.request(SHOUT, "waiting");
        CloseReport report = bus.close(Duration.ofMillis(1));
        String detail = "the bus closed before the reply was complete";
        assertFailure(held, RequestFailure.CLOSED, detail);
        assertFailure(waiting, RequestFailure.CLOSED, detail);
        assertThat(report).isEqualTo(new CloseReport(1, 0, 1));
        assertThat(handled).containsExactly("held");
    }

    @Test
    void retryHelpsWhereTheDocumentationSaysSo() {
        assertThat(RequestFailure.values())
                .filteredOn(RequestFailure::retryable)
                .containsExactly(RequestFailure.TIMEOUT, RequestFailure.NO_HANDLER, RequestFailure.OVERLOADED);
    }

    @Test
    void exceptionThatNoCallerWaitsForReachesTheErrorSink() {
        Bus bus = open();
        var started = new AtomicInteger();
        Subscription serving = bus.serve(SHOUT, (word, context) -> {
            started.incrementAndGet();
            await("the caller goes", context::isOver);
            throw new IllegalStateException("nobody hears me");
        });
        CompletableFuture<String> future = bus.request(SHOUT, "word");
        await("the handler is at it", () -> started.get() == 1);
        future.cancel(true);
        await("the error is reported", () -> errors.size() == 1);
        assertThat(errors.get(0).topic()).isEqualTo("shout");
        assertThat(errors.get(0).cause()).hasMessage("nobody hears me");
        assertThat(serving.failures()).isEqualTo(1);
    }

    @Test
    void differentServiceOfTheSameNameIsRefused() {
        Bus bus = open();
        bus.serve(SHOUT, (word, context) -> word);
        Service<Integer, String> other = Service.of("shout", Integer.class, String.class);
        assertThatThrownBy(() -> bus.request(other, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("this bus serves Service[shout, java.lang.String -> java.lang.String], which differs from"
                        + " Service[shout, java.lang.Integer -> java.lang.String]: use the same description everywhere,"
                        + " or another name");
    }
}

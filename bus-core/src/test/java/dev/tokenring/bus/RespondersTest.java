package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/** Several handlers of one service, handlers that are replaced, and handlers that answer later. */
class RespondersTest extends BusTest {
    private static final Service<Integer, Integer> TWICE = Service.of("twice", Integer.class, Integer.class);

    private final Gate gate = new Gate();

    @Test
    void requestGoesToAHandlerThatIsFree() throws Exception {
        Bus bus = open();
        bus.serve(TWICE, "stuck", (number, context) -> {
            gate.pass();
            return -1;
        });
        bus.request(TWICE, 0);
        gate.awaitArrival();
        bus.serve(TWICE, "free", (number, context) -> 2 * number);
        for (int i = 1; i <= 20; i++) {
            assertThat(bus.request(TWICE, i).join()).isEqualTo(2 * i);
        }
        gate.open();
    }

    @Test
    void gatherAsksAllAndTakesWhatIsEnough() throws Exception {
        Bus bus = open();
        var cancelled = new AtomicInteger();
        bus.serve(TWICE, "one", (number, context) -> number + 1);
        bus.serve(TWICE, "two", (number, context) -> number + 2);
        bus.serve(TWICE, "broken", (number, context) -> {
            throw new IllegalArgumentException("no");
        });
        bus.serve(TWICE, "slow", (number, context) -> {
            context.onCancel(cancelled::incrementAndGet);
            gate.pass();
            return number + 4;
        });

        assertThat(get(bus.gather(TWICE, 10, Gather.first(), PATIENCE)).replies())
                .hasSize(1)
                .isSubsetOf(11, 12);
        Gathered<Integer> two = get(bus.gather(TWICE, 10, Gather.atLeast(2), PATIENCE));
        assertThat(two.replies()).containsExactlyInAnyOrder(11, 12);
        assertThatThrownBy(bus.gather(TWICE, 10, Gather.all(), PATIENCE)::join)
                .cause()
                .isInstanceOfSatisfying(RequestException.class, failure -> assertThat(failure.failure())
                        .isEqualTo(RequestFailure.HANDLER_FAILED));
        Gathered<Integer> whatever = get(bus.gather(TWICE, 10, Gather.whateverComes(), Duration.ofMillis(50)));
        assertThat(whatever.replies()).containsExactlyInAnyOrder(11, 12);
        assertThat(whatever.failures())
                .extracting(RequestException::failure)
                .containsExactlyInAnyOrder(RequestFailure.HANDLER_FAILED, RequestFailure.TIMEOUT);
        assertThatThrownBy(bus.gather(TWICE, 10, Gather.atLeast(5), PATIENCE)::join)
                .hasMessageContaining("5 replies are wanted, and it has 4 responders");
        await("what is not needed is cancelled", () -> cancelled.get() >= 1);
        gate.open();
    }

    @Test
    void handlerThatComesWhileTheLastOneGoesIsFound() throws Exception {
        Bus bus = open();
        Subscription present = bus.serve(TWICE, "handler-0", (number, context) -> 2 * number);
        for (int i = 1; i <= 1_000; i++) {
            Subscription former = present;
            Future<Boolean> gone = start(() -> {
                former.close();
                return true;
            });
            present = bus.serve(TWICE, "handler-" + i, (number, context) -> 2 * number);
            get(gone);
            assertThat(bus.request(TWICE, i).join()).isEqualTo(2 * i);
        }
    }

    @Test
    void gatheringFromNobodyFailsAtOnce() {
        assertThat(bus().gather(TWICE, 1, Gather.whateverComes(), PATIENCE)).isCompletedExceptionally();
    }

    private Bus bus() {
        return open();
    }

    @Test
    void replacedHandlerLosesNoRequestAndAnswersNoneTwice() throws Exception {
        Bus bus = open();
        Map<Integer, LongAdder> handled = new ConcurrentHashMap<>();
        bus.serve(TWICE, (number, context) -> {
            handled.computeIfAbsent(number, absent -> new LongAdder()).increment();
            return 2 * number;
        });
        var enough = new AtomicBoolean();
        Future<Integer> replacing = start(() -> {
            int version = 0;
            while (!enough.get()) {
                version++;
                bus.replace(TWICE, (number, context) -> {
                    handled.computeIfAbsent(number, absent -> new LongAdder()).increment();
                    return 2 * number;
                });
            }
            return version;
        });
        List<CompletableFuture<Integer>> replies = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            replies.add(bus.request(TWICE, i));
            if (i % 500 == 499) {
                replies.get(i).join();
            }
        }
        for (int i = 0; i < replies.size(); i++) {
            assertThat(replies.get(i).join()).isEqualTo(2 * i);
        }
        enough.set(true);
        assertThat(get(replacing)).isPositive();
        assertThat(handled).hasSize(5_000);
        assertThat(handled.values()).allSatisfy(count -> assertThat(count.sum()).isEqualTo(1));
    }

    @Test
    void replacementAnswersFromTheNextRequestOn() throws Exception {
        Bus bus = open();
        bus.serve(TWICE, (number, context) -> {
            gate.pass();
            return 1;
        });
        CompletableFuture<Integer> old = bus.request(TWICE, 0);
        gate.awaitArrival();
        bus.replace(TWICE, (number, context) -> 2);
        CompletableFuture<Integer> next = bus.request(TWICE, 0);
        gate.open();
        assertThat(get(old)).isEqualTo(1);
        assertThat(get(next)).isEqualTo(2);
        assertThatThrownBy(() -> bus.replace(TWICE, "nobody", (number, context) -> 3))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("service twice has no handler of the name nobody to replace: serve it");
    }

    @Test
    void asynchronousHandlerIsAtManyRequestsTogetherUpToTheCapacity() {
        Bus bus = open();
        Service<Integer, Integer> four = TWICE.withCapacity(4);
        var taken = new CopyOnWriteArrayList<AsyncReplies<Integer>>();
        bus.serveAsync(four, (number, replies) -> taken.add(replies));
        List<CompletableFuture<Integer>> asked = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            asked.add(bus.request(four, i));
            int expected = i + 1;
            await("it is taken in", () -> taken.size() == expected);
        }
        assertThat(RequestTest.failureOf(bus.request(four, 5)).failure()).isEqualTo(RequestFailure.OVERLOADED);
        for (int i = 3; i >= 0; i--) {
            AsyncReplies<Integer> replies = taken.get(i);
            assertThat(replies.hasRoom()).isTrue();
            assertThat(sent(replies, 2 * i)).isTrue();
            replies.complete();
            replies.complete();
            replies.fail(new IllegalStateException("too late"));
            assertThat(asked.get(i)).isCompletedWithValue(2 * i);
        }
        assertThat(bus.request(four, 6)).isNotDone();
        await("there is room again", () -> taken.size() == 5);
        taken.get(4).fail(new IllegalArgumentException("not this one"));
        assertThat(errors).isEmpty();
    }

    private static boolean sent(AsyncReplies<Integer> replies, int part) {
        try {
            return replies.send(part);
        } catch (InterruptedException unexpected) {
            throw new AssertionError(unexpected);
        }
    }

    @Test
    void asynchronousRequestsEndAtTheirDeadlineAndWithTheBus() {
        Bus bus = open();
        var taken = new CopyOnWriteArrayList<AsyncReplies<Integer>>();
        bus.serveAsync(TWICE, (number, replies) -> taken.add(replies));
        CompletableFuture<Integer> hurried = bus.request(TWICE, 1, Duration.ofMillis(20));
        CompletableFuture<Integer> patient = bus.request(TWICE, 2);
        assertThat(RequestTest.failureOf(hurried).failure()).isEqualTo(RequestFailure.TIMEOUT);
        assertThat(taken.get(0).isOver()).isTrue();
        CloseReport report = bus.close(Duration.ofMillis(20));
        assertThat(RequestTest.failureOf(patient).failure()).isEqualTo(RequestFailure.CLOSED);
        assertThat(report.abandoned()).isEqualTo(1);
    }

    @Test
    void requestMadeWhileHandlingHasNoMoreTimeThanTheOneBeingHandled() {
        Bus bus = open();
        Service<Integer, Integer> inner = Service.of("inner", Integer.class, Integer.class);
        var left = new CopyOnWriteArrayList<Duration>();
        bus.serve(inner, (number, context) -> {
            left.add(context.remaining());
            return number;
        });
        bus.serve(
                TWICE,
                (number, context) ->
                        2 * bus.request(inner, number, Duration.ofHours(1)).join());
        assertThat(bus.request(TWICE, 4, Duration.ofSeconds(7)).join()).isEqualTo(8);
        assertThat(left).singleElement().satisfies(time -> assertThat(time).isLessThan(Duration.ofSeconds(7)));
    }

    @Test
    void cancellingARequestCancelsWhatItsHandlerAsked() {
        Bus bus = open();
        Service<Integer, Integer> inner = Service.of("inner", Integer.class, Integer.class);
        var innerReplies = new CopyOnWriteArrayList<AsyncReplies<Integer>>();
        var innerFutures = new CopyOnWriteArrayList<CompletableFuture<Integer>>();
        bus.serveAsync(inner, (number, replies) -> innerReplies.add(replies));
        bus.serveAsync(TWICE, (number, replies) -> innerFutures.add(bus.request(inner, number)));
        CompletableFuture<Integer> outer = bus.request(TWICE, 4);
        await("the inner request is taken in", () -> innerReplies.size() == 1);
        outer.cancel(true);
        assertThat(innerReplies.get(0).isOver()).isTrue();
        assertThat(RequestTest.failureOf(innerFutures.get(0)).failure()).isEqualTo(RequestFailure.CANCELLED);
    }

    @Test
    void spinningCallerGetsReplyOrFailure() {
        Bus bus = open();
        bus.serve(TWICE, (number, context) -> 10 / number);
        assertThat(bus.requestSpinning(TWICE, 5, PATIENCE)).isEqualTo(2);
        assertThatThrownBy(() -> bus.requestSpinning(TWICE, 0, PATIENCE))
                .isInstanceOfSatisfying(RequestException.class, failure -> assertThat(failure.failure())
                        .isEqualTo(RequestFailure.HANDLER_FAILED));
    }

    @Test
    void streamGoesPartByPartToAFunction() throws Exception {
        Bus bus = open();
        bus.serveStream(TWICE, (number, replies) -> {
            for (int i = 0; i < number && replies.send(i); i++) {
                Thread.onSpinWait();
            }
        });
        var parts = new CopyOnWriteArrayList<Integer>();
        get(bus.stream(TWICE, 5, PATIENCE, parts::add));
        assertThat(parts).containsExactly(0, 1, 2, 3, 4);
        var usersOwn = new IllegalStateException("enough");
        assertThatThrownBy(() -> get(bus.stream(TWICE, 1_000, PATIENCE, part -> {
                    throw usersOwn;
                })))
                .hasCause(usersOwn);
    }

    @Test
    void everyKindOfHandlerCanBeReplacedWithoutLosingARequest() throws Exception {
        Bus bus = open();
        bus.serveAsync(TWICE, "worker", RespondersTest::later);
        Future<List<Integer>> replies = start(() -> {
            List<Integer> got = new ArrayList<>();
            for (int number = 0; number < 3_000; number++) {
                got.add(bus.request(TWICE, number).join());
            }
            return got;
        });
        for (int round = 0; !replies.isDone(); round++) {
            switch (round % 3) {
                case 0 -> bus.replaceStream(TWICE, "worker", (number, parts) -> parts.send(2 * number));
                case 1 -> bus.replace(TWICE, "worker", (number, context) -> 2 * number);
                default -> bus.replaceAsync(TWICE, "worker", RespondersTest::later);
            }
        }
        assertThat(get(replies)).hasSize(3_000).allMatch(reply -> reply % 2 == 0);
    }

    private static void later(int number, AsyncReplies<Integer> replies) throws InterruptedException {
        replies.send(2 * number);
        replies.complete();
    }

    @Test
    void unnamedAsynchronousHandlerCanBeReplaced() {
        Bus bus = open();
        bus.serveAsync(TWICE, (number, replies) -> {});
        bus.replaceAsync(TWICE, RespondersTest::later);
        assertThat(bus.request(TWICE, 4).join()).isEqualTo(8);
    }

    @Test
    void gatheringCarriesHeaders() throws Exception {
        Bus bus = open();
        bus.serve(TWICE, "one", (number, context) -> context.headers().priority());
        bus.serve(TWICE, "two", (number, context) -> context.headers().priority());
        Gathered<Integer> gathered = get(bus.gather(TWICE, 1, Headers.NONE.withPriority(7), Gather.all(), PATIENCE));
        assertThat(gathered.replies()).containsExactly(7, 7);
    }

    @Test
    void gatheringOnAClosedBusIsRefusedAsARequestIs() {
        Bus bus = open();
        bus.serve(TWICE, (number, context) -> 2 * number);
        bus.close();
        RequestException refused = RequestTest.failureOf(bus.gather(TWICE, 1, Gather.all(), PATIENCE));
        assertThat(refused.failure()).isEqualTo(RequestFailure.CLOSED);
        assertThat(refused)
                .hasMessage(RequestTest.failureOf(bus.request(TWICE, 1)).getMessage());
    }

    @Test
    void handlersOfOneServiceAgreeOnItsDescription() {
        Bus bus = open();
        bus.serve(TWICE, "one", (number, context) -> 2 * number);
        assertThatThrownBy(() -> bus.serve(TWICE.withCapacity(2), "two", (number, context) -> 2 * number))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("this bus serves " + TWICE.name() + " with capacity=" + TWICE.capacity()
                        + ", ADAPTIVE, no merge, so not with capacity=2, ADAPTIVE, no merge beside that: use the same"
                        + " description everywhere, or another name");
        assertThatThrownBy(() -> bus.serve(TWICE.withMerge(Integer::sum), "two", (number, context) -> 2 * number))
                .isInstanceOf(IllegalArgumentException.class);
        bus.serve(TWICE.withTimeout(PATIENCE), "two", (number, context) -> 2 * number);
    }
}

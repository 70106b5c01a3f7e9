package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Handlers of a service come and go; the requests that wait are not lost. */
class ServingTest extends BusTest {
    static final Service<String, String> SHOUT =
            Service.of("shout", String.class, String.class).withCapacity(4);

    @Test
    void secondHandlerIsRefusedUntilTheFirstHasGone() {
        Bus bus = open();
        Subscription first = bus.serve(SHOUT, (word, context) -> word + "!");
        assertThatThrownBy(() -> bus.serve(SHOUT, (word, context) -> word + "?"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "service shout has a handler already: replace it, close the subscription that serve returned"
                                + " for it first, or give the second one another name to serve beside it");
        assertThat(bus.request(SHOUT, "hey").join()).isEqualTo("hey!");
        first.close();
        bus.serve(SHOUT, (word, context) -> word + "?");
        first.close();
        assertThat(bus.request(SHOUT, "hey").join()).isEqualTo("hey?");
    }

    @Test
    void closedBusIsServedNoMore() {
        Bus bus = open();
        bus.close();
        assertThatThrownBy(() -> bus.serve(SHOUT, (word, context) -> word))
                .isInstanceOf(BusClosedException.class)
                .hasMessage("bus bus is closed: refused to serve shout; open another bus, or stop using this one");
    }

    @Test
    void handlerThatLeavesAnswersWhatWasWaitingThenNobodyServes() throws Exception {
        Bus bus = open();
        var gate = new Gate();
        Subscription serving = bus.serve(SHOUT, (word, context) -> {
            gate.pass();
            return word + "!";
        });
        CompletableFuture<String> held = bus.request(SHOUT, "held");
        gate.awaitArrival();
        CompletableFuture<String> waiting = bus.request(SHOUT, "waiting");
        Future<Void> closing = start(() -> {
            serving.close();
            return null;
        });
        await("the service is gone", () -> {
            CompletableFuture<String> probe = bus.request(SHOUT, "late");
            if (!probe.isCompletedExceptionally()) {
                probe.cancel(true);
                return false;
            }
            return RequestTest.failureOf(probe).failure() == RequestFailure.NO_HANDLER;
        });
        assertThat(held).isNotDone();
        gate.open();
        get(closing);
        assertThat(held.join()).isEqualTo("held!");
        assertThat(waiting.join()).isEqualTo("waiting!");
        assertThat(RequestTest.failureOf(bus.request(SHOUT, "after")))
                .hasMessage("request to shout: NO_HANDLER: nobody serves it on this bus");
    }

    @Test
    void stuckHandlerThatLeavesHasItsRequestsFailAfterTheCloseTimeout() throws Exception {
        Bus bus = open(BusOptions.DEFAULT.withCloseTimeout(Duration.ofMillis(10)));
        var gate = new Gate();
        var handled = new CopyOnWriteArrayList<String>();
        Subscription serving = bus.serve(SHOUT, (word, context) -> {
            handled.add(word);
            gate.pass();
            return word;
        });
        CompletableFuture<String> held = bus.request(SHOUT, "held");
        gate.awaitArrival();
        var rest = new CopyOnWriteArrayList<CompletableFuture<String>>();
        for (int i = 1; i < SHOUT.capacity(); i++) {
            rest.add(bus.request(SHOUT, "waiting"));
        }
        serving.close();
        rest.add(held);
        assertThat(rest).allSatisfy(future -> assertThat(RequestTest.failureOf(future))
                .hasMessage("request to shout: NO_HANDLER: its handler stopped serving before the reply was complete"));
        gate.open();
        await("the handler ends", () -> busThreads().stream().noneMatch(name -> name.contains("shout")));
        assertThat(handled).containsExactly("held");
    }

    @Test
    void handlerCanLeaveByItselfWithItsRingFull() throws Exception {
        Bus bus = open(BusOptions.DEFAULT.withCloseTimeout(Duration.ofMinutes(10)));
        var gate = new Gate();
        var own = new CompletableFuture<Subscription>();
        own.complete(bus.serve(SHOUT, (word, context) -> {
            gate.pass();
            own.join().close();
            return word + "!";
        }));
        var all = new CopyOnWriteArrayList<CompletableFuture<String>>();
        for (int i = 0; i < SHOUT.capacity(); i++) {
            all.add(bus.request(SHOUT, "hey"));
        }
        gate.awaitArrival();
        gate.open();
        assertThat(all).allSatisfy(future -> assertThat(get(future)).isEqualTo("hey!"));
        assertThat(RequestTest.failureOf(bus.request(SHOUT, "after")).failure()).isEqualTo(RequestFailure.NO_HANDLER);
    }

    @Test
    void handlersThatComeAndGoLoseNoRequest() throws Exception {
        Bus bus = open();
        Future<Void> coming = start(() -> {
            for (int i = 0; i < 200; i++) {
                bus.serve(SHOUT, (word, context) -> word + "!").close();
            }
            return null;
        });
        while (!coming.isDone()) {
            CompletableFuture<String> future = bus.request(SHOUT, "hey");
            await("the request ends", future::isDone);
            if (future.isCompletedExceptionally()) {
                assertThat(RequestTest.failureOf(future).failure()).isEqualTo(RequestFailure.NO_HANDLER);
            } else {
                assertThat(future.join()).isEqualTo("hey!");
            }
        }
        get(coming);
    }

    @Test
    void replyMayBeAskedForByAnotherHandler() {
        Bus bus = open();
        Service<String, String> outer = Service.of("outer", String.class, String.class);
        bus.serve(SHOUT, (word, context) -> word + "!");
        bus.serve(outer, (word, context) -> bus.request(SHOUT, word).join() + "?");
        assertThat(bus.request(outer, "hey").join()).isEqualTo("hey!?");
    }
}

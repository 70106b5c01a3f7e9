package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A thread that steps a bus would wait for itself if it waited for a reply: it is refused, and told what to do. */
class SteppedRequestTest extends BusTest {
    private static final Service<String, String> OUTER = Service.of("outer", String.class, String.class);
    private static final Service<String, String> INNER = Service.of("inner", String.class, String.class);

    private final Stepper stepper = Stepper.at(Instant.EPOCH);

    private Bus openStepped() {
        return open(BusOptions.DEFAULT.steppedBy(stepper));
    }

    @Test
    void waitingForAReplyThatHasNotComeIsRefused() throws Exception {
        Bus bus = openStepped();
        bus.serve(INNER, (word, context) -> word);
        CompletableFuture<String> reply = bus.request(INNER, "?");
        CompletableFuture<Integer> length = reply.thenApply(String::length);
        String refusal =
                "there is no reply yet, and nobody steps the bus while this thread waits for it: step first, or say"
                        + " with thenApply and the like what is to be done with the reply";
        assertThatThrownBy(reply::join)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(refusal);
        assertThatThrownBy(reply::get).isInstanceOf(IllegalStateException.class).hasMessage(refusal);
        assertThatThrownBy(length::join)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(refusal);
        assertThatThrownBy(bus.gather(INNER, "?", Gather.all(), PATIENCE)::join)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(refusal);
        assertThatThrownBy(bus.stream(INNER, "?", PATIENCE, part -> {})::join)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(refusal);
        stepper.run();
        assertThat(reply.join()).isEqualTo("?");
        assertThat(length.get()).isEqualTo(1);
    }

    @Test
    void handlerThatWaitsForAReplyFails() {
        Bus bus = openStepped();
        bus.serve(INNER, (word, context) -> word);
        bus.serve(OUTER, (word, context) -> bus.request(INNER, word).join());
        CompletableFuture<String> reply = bus.request(OUTER, "?");
        stepper.run();
        assertThat(RequestTest.failureOf(reply)).hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void anotherThreadMayWait() throws Exception {
        Bus bus = openStepped();
        bus.serve(INNER, (word, context) -> word);
        CompletableFuture<String> reply = bus.request(INNER, "?");
        Future<String> waiting = start(reply::join);
        stepper.run();
        assertThat(get(waiting)).isEqualTo("?");
    }

    @Test
    void handlerThatWouldWaitForTheReaderOfAStreamFails() {
        Bus bus = openStepped();
        bus.serveStream(INNER, (word, replies) -> {
            for (int i = 0; i < 300 && replies.send(word); i++) {}
        });
        var reader = new Reader<String>(10);
        bus.stream(INNER, "?").subscribe(reader);
        stepper.run();
        reader.subscription.request(Long.MAX_VALUE);
        assertThat(reader.signals).hasSize(1 + 10 + Replies.BUFFER_SIZE + 1);
        Throwable failure = (Throwable) reader.signals.get(reader.signals.size() - 1);
        assertThat(failure.getCause())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "the reader of the stream has not asked for more than the 256 parts that wait for it, and can't"
                                + " while this thread, which steps the bus, waits for that: have it ask for more, or send only while"
                                + " there is room");
    }
}

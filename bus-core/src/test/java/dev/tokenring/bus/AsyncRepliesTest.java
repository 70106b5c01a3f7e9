package dev.tokenring.bus;

import static dev.tokenring.bus.Replies.BUFFER_SIZE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a handler that answers later can do with a reply, and learns about its reader. */
class AsyncRepliesTest extends BusTest {
    private static final Service<Integer, Integer> COUNT = Service.of("count", Integer.class, Integer.class);

    private final List<AsyncReplies<Integer>> taken = new ArrayList<>();
    private final List<String> happened = new ArrayList<>();
    private final Stepper stepper = Stepper.at(Instant.parse("2026-11-01T12:00:00Z"));
    private Bus bus;

    @BeforeEach
    void serve() {
        bus = open(BusOptions.DEFAULT.steppedBy(stepper));
        bus.serveAsync(COUNT, (number, replies) -> taken.add(replies));
    }

    private AsyncReplies<Integer> stream(Reader<Integer> reader) {
        bus.stream(COUNT, 1).subscribe(reader);
        stepper.run();
        return taken.get(taken.size() - 1);
    }

    private static void fill(AsyncReplies<Integer> replies) throws InterruptedException {
        for (int part = 0; part < BUFFER_SIZE; part++) {
            assertThat(replies.hasRoom()).isTrue();
            assertThat(replies.send(part)).isTrue();
        }
        assertThat(replies.hasRoom()).isFalse();
    }

    @Test
    void whoIsTurnedAwayHearsOfTheOverloadAndIsCountedAsShed() throws InterruptedException {
        CompletableFuture<Integer> asked = bus.request(COUNT, 1);
        stepper.run();
        AsyncReplies<Integer> replies = taken.get(0);
        replies.turnAway("the model has enough to do");
        RequestException overloaded = RequestTest.failureOf(asked);
        assertThat(overloaded.failure()).isEqualTo(RequestFailure.OVERLOADED);
        assertThat(overloaded).hasMessageContaining("the model has enough to do");
        assertThat(replies.isOver()).isTrue();
        assertThat(replies.send(2)).isFalse();
        replies.complete();
        replies.turnAway("once more");
        replies.fail(new IllegalStateException("too late"));
        BusSnapshot.ServiceSnapshot counts = bus.snapshot().services().get(0);
        assertThat(counts.sheds()).isEqualTo(1);
        assertThat(counts.failures()).isZero();
        assertThat(errors).isEmpty();
    }

    @Test
    void aStreamThatIsTurnedAwayEndsWithoutDemand() {
        var reader = new Reader<Integer>(0);
        stream(reader).turnAway("too many");
        assertThat(reader.signals).hasSize(2);
        assertThat(((RequestException) reader.signals.get(1)).failure()).isEqualTo(RequestFailure.OVERLOADED);
    }

    @Test
    void whoWantsOneReplyHasAlwaysRoom() throws InterruptedException {
        Service<Integer, Integer> summed =
                Service.of("sum", Integer.class, Integer.class).withMerge(Integer::sum);
        bus.serveAsync(summed, (number, replies) -> taken.add(replies));
        CompletableFuture<Integer> asked = bus.request(summed, 1);
        stepper.run();
        AsyncReplies<Integer> replies = taken.get(0);
        for (int part = 0; part < 2 * BUFFER_SIZE; part++) {
            assertThat(replies.hasRoom()).isTrue();
            replies.onRoom(() -> happened.add("room"));
            replies.send(1);
        }
        replies.complete();
        assertThat(asked).isCompletedWithValue(2 * BUFFER_SIZE);
        assertThat(happened).hasSize(2 * BUFFER_SIZE);
    }

    @Test
    void theLatestActionHappensOnceWhenTheReaderAsksForMore() throws InterruptedException {
        var reader = new Reader<Integer>(0);
        AsyncReplies<Integer> replies = stream(reader);
        replies.onRoom(() -> happened.add("at once"));
        assertThat(happened).containsExactly("at once");
        fill(replies);
        replies.onRoom(() -> happened.add("replaced"));
        replies.onRoom(() -> happened.add("on " + Thread.currentThread().getName()));
        assertThat(happened).containsExactly("at once");

        reader.subscription.request(1);

        assertThat(happened)
                .containsExactly("at once", "on " + Thread.currentThread().getName());
        assertThat(replies.hasRoom()).isTrue();
        reader.subscription.request(1);
        assertThat(happened).hasSize(2);
        assertThat(reader.signals).containsExactly("subscribed", 0, 1);
    }

    @Test
    void anActionMaySendWhatThereIsRoomFor() throws InterruptedException {
        var reader = new Reader<Integer>(0);
        AsyncReplies<Integer> replies = stream(reader);
        fill(replies);
        replies.onRoom(new Runnable() {
            private int next = BUFFER_SIZE;

            @Override
            public void run() {
                try {
                    while (replies.hasRoom() && next < 2 * BUFFER_SIZE) {
                        replies.send(next++);
                    }
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                if (next < 2 * BUFFER_SIZE) {
                    replies.onRoom(this);
                } else {
                    replies.complete();
                }
            }
        });
        while (!reader.signals.contains("complete") && reader.signals.size() < 3 * BUFFER_SIZE) {
            reader.subscription.request(3);
        }
        List<Object> expected = new ArrayList<>(List.of("subscribed"));
        IntStream.range(0, 2 * BUFFER_SIZE).forEach(expected::add);
        expected.add("complete");
        assertThat(reader.signals).isEqualTo(expected);
        assertThat(reader.broken).isEmpty();
    }

    @Test
    void whatAnActionThrowsIsReportedAndHoldsUpNobody() throws InterruptedException {
        var reader = new Reader<Integer>(0);
        AsyncReplies<Integer> replies = stream(reader);
        fill(replies);
        replies.onRoom(() -> {
            throw new IllegalStateException("on purpose");
        });
        reader.subscription.request(2);
        assertThat(reader.signals).containsExactly("subscribed", 0, 1);
        assertThat(errors).hasSize(1);
        assertThat(errors.get(0).cause()).hasMessage("on purpose");
    }

    @Test
    void aRequestThatEndsMeanwhileTellsWhoListensForItsEnd() throws InterruptedException {
        var reader = new Reader<Integer>(0);
        AsyncReplies<Integer> replies = stream(reader);
        fill(replies);
        replies.onRoom(() -> happened.add("room"));
        replies.onCancel(() -> happened.add("cancelled"));
        reader.subscription.cancel();
        reader.subscription.request(1);
        assertThat(happened).containsExactly("cancelled");
        assertThat(replies.isOver()).isTrue();
    }
}

package dev.tokenring.benchmarks.generation.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenring.bus.AsyncHandler;
import dev.tokenring.bus.AsyncReplies;
import dev.tokenring.bus.Bus;
import dev.tokenring.bus.RequestException;
import dev.tokenring.bus.RequestFailure;
import dev.tokenring.bus.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is let to an engine that ends requests when the test says so. */
class PolicyTest {
    private static final Service<Integer, Integer> SERVICE = Service.of("answers", Integer.class, Integer.class);
    private static final Duration LONG = Duration.ofSeconds(30);

    private record InEngine(int request, AsyncReplies<Integer> replies) {
        void answer() throws InterruptedException {
            replies.send(request);
            replies.complete();
        }
    }

    private final BlockingQueue<InEngine> engine = new LinkedBlockingQueue<>();
    private final List<CompletableFuture<Integer>> asked = new ArrayList<>();
    private final Bus bus = Bus.open();

    @AfterEach
    void close() {
        asked.forEach(one -> one.cancel(true));
        bus.close();
    }

    @Test
    void oneAtATimeTheNextBeginsWhenTheOneBeforeIsAnswered() throws InterruptedException {
        serve(Policy.ONE_AT_A_TIME);
        ask(3);
        for (int expected = 0; expected < 3; expected++) {
            InEngine next = next();
            assertThat(next.request()).isEqualTo(expected);
            assertThat(engine).isEmpty();
            next.answer();
            assertThat(asked.get(expected).join()).isEqualTo(expected);
        }
    }

    @Test
    void aBatchBeginsWhenTheLastOfTheOneBeforeIsAnswered() throws InterruptedException {
        serve(Policy.STATIC_BATCHES);
        ask(1);
        InEngine first = next();
        ask(Policy.TOGETHER);
        awaitAllAreWaiting();
        assertThat(engine).isEmpty();
        first.answer();
        List<InEngine> batch = next(Policy.TOGETHER);
        ask(1);
        for (InEngine one : batch.subList(1, batch.size())) {
            one.answer();
            assertThat(engine).isEmpty();
        }
        batch.get(0).answer();
        next().answer();
        asked.forEach(CompletableFuture::join);
    }

    @Test
    void continuouslyNobodyIsHeldBackBeforeTheEngine() throws InterruptedException {
        serve(Policy.CONTINUOUS);
        ask(40);
        assertThat(next(40))
                .extracting(InEngine::request)
                .containsExactlyElementsOf(IntStream.range(0, 40).boxed().toList());
    }

    @Test
    void ofTooManyTheOneThatHasWaitedLongestIsTurnedAway() throws InterruptedException {
        serve(Policy.ONE_AT_A_TIME);
        ask(1);
        InEngine first = next();
        ask(Policy.WAITING_FOR_ONE + 1);
        assertThatThrownBy(asked.get(1)::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(RequestException.class, failure -> assertThat(failure.failure())
                        .isEqualTo(RequestFailure.OVERLOADED));
        first.answer();
        assertThat(next().request()).isEqualTo(2);
    }

    @Test
    void whoeverIsOverMakesRoomForTheNext() throws InterruptedException {
        serve(Policy.ONE_AT_A_TIME);
        ask(4);
        next();
        asked.get(1).cancel(true);
        asked.get(0).cancel(true);
        InEngine third = next();
        assertThat(third.request()).isEqualTo(2);
        third.replies().turnAway("enough");
        InEngine fourth = next();
        fourth.replies().fail(new IllegalStateException("broken"));
        ask(1);
        next().answer();
    }

    @Test
    void anEngineThatRefusesHoldsUpNobody() {
        bus.serveAsync(SERVICE, Policy.STATIC_BATCHES.before((Integer request, AsyncReplies<Integer> replies) -> {
            throw new IllegalArgumentException("no such prompt");
        }));
        ask(3);
        assertThat(asked).allSatisfy(one -> assertThatThrownBy(one::join).hasRootCauseMessage("no such prompt"));
    }

    private void serve(Policy policy) {
        AsyncHandler<Integer, Integer> takingIn = (request, replies) -> engine.add(new InEngine(request, replies));
        bus.serveAsync(SERVICE, policy.before(takingIn));
    }

    private void ask(int count) {
        for (int i = 0; i < count; i++) {
            asked.add(bus.request(SERVICE, asked.size(), LONG));
        }
    }

    /** Has one more request made, and waits until it was turned away: so all before it have come too. */
    private void awaitAllAreWaiting() {
        ask(1);
        assertThatThrownBy(asked.remove(1)::join).isInstanceOf(CompletionException.class);
    }

    private InEngine next() throws InterruptedException {
        InEngine next = engine.poll(30, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    private List<InEngine> next(int count) throws InterruptedException {
        List<InEngine> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(next());
        }
        return all;
    }
}

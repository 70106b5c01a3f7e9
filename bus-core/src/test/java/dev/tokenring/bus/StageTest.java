package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenring.bus.spi.Stage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A stage gets every message before the subscriptions do, and they get what it has flushed. */
class StageTest extends BusTest {
    private static final Topic<Integer> NUMBERS =
            Topic.of("numbers", Integer.class).withCapacity(64);

    /** What a journal would be: keeps what it gets, a batch at a time, and refuses what it is told to. */
    private static class Recorder implements Stage<Integer> {
        final List<Integer> recorded = new CopyOnWriteArrayList<>();
        final List<Integer> batchSizes = new CopyOnWriteArrayList<>();
        private final List<Integer> batch = new ArrayList<>();
        private boolean batchEnd;

        @Override
        public void onMessage(Integer number, MessageContext context) throws IOException {
            if (number < 0) {
                throw new IOException("negative");
            }
            batch.add(number);
            batchEnd = context.batchEnd();
        }

        @Override
        public void flush() throws Exception {
            assertThat(batch.isEmpty() || batchEnd).isTrue();
            recorded.addAll(batch);
            batchSizes.add(batch.size());
            batch.clear();
        }
    }

    private static final class SlowRecorder extends Recorder {
        final Gate gate = new Gate();

        @Override
        public void flush() throws Exception {
            gate.passDespiteInterrupts();
            super.flush();
        }
    }

    private final Recorder recorder = new Recorder();
    private final List<Integer> handled = new CopyOnWriteArrayList<>();

    @ParameterizedTest
    @EnumSource(WaitStrategy.class)
    void everySubscriptionGetsOnlyWhatWasFlushedBefore(WaitStrategy strategy) {
        Bus bus = open();
        Topic<Integer> topic = NUMBERS.withWaitStrategy(strategy);
        bus.attach(topic, recorder);
        List<Integer> tooEarly = new CopyOnWriteArrayList<>();
        Handler<Integer> handler = (number, context) -> {
            if (!recorder.recorded.contains(number)) {
                tooEarly.add(number);
            }
            handled.add(number);
        };
        bus.subscribe(topic, handler);
        bus.subscription(topic).group("workers").handle(handler);
        bus.subscription(topic).urgentFirst().handle(handler);
        bus.subscription(topic).handleBatches((numbers, last) -> {
            for (Integer number : numbers) {
                handler.handle(number, last);
            }
        });
        for (int number = 0; number < 1_000; number++) {
            bus.publish(topic, number);
        }
        await("all are handled", () -> handled.size() == 4_000);
        assertThat(tooEarly).isEmpty();
        assertThat(recorder.recorded)
                .containsExactlyElementsOf(IntStream.range(0, 1_000).boxed().toList());
    }

    @Test
    void whatComesDuringAFlushIsTheNextBatch() throws Exception {
        Bus bus = open();
        var slow = new SlowRecorder();
        bus.attach(NUMBERS, slow);
        bus.subscribe(NUMBERS, (number, context) -> handled.add(number));
        bus.publish(NUMBERS, 0);
        slow.gate.awaitArrival();
        for (int number = 1; number <= 10; number++) {
            bus.publish(NUMBERS, number);
        }
        assertThat(handled).isEmpty();
        slow.gate.open();
        await("all are handled", () -> handled.size() == 11);
        assertThat(slow.batchSizes).containsExactly(1, 10);
    }

    @Test
    void acknowledgementComesAfterTheFlushWithTheSequence() throws Exception {
        Bus bus = open();
        var slow = new SlowRecorder();
        bus.attach(NUMBERS, slow);
        bus.subscribe(NUMBERS, (number, context) -> handled.add(number));
        Publisher<Integer> publisher = bus.publisher(NUMBERS);
        Headers headers = Headers.NONE.withMessageId("m");
        CompletableFuture<Long> first = publisher.publishAcknowledged(1, headers);
        slow.gate.awaitArrival();
        CompletableFuture<Long> second = publisher.publishAcknowledged(2, Headers.NONE);
        assertThat(first).isNotDone();
        slow.gate.open();
        assertThat(get(first)).isZero();
        assertThat(get(second)).isEqualTo(1);
        assertThat(slow.recorded).containsExactly(1, 2);
        await("both are handled", () -> handled.equals(List.of(1, 2)));
    }

    @Test
    void headersTravelBesideAMessageThatIsToBeAcknowledged() throws Exception {
        Bus bus = open();
        var ids = new CopyOnWriteArrayList<String>();
        bus.attach(NUMBERS, (number, context) -> ids.add(context.headers().messageId()));
        bus.subscribe(NUMBERS, (number, context) -> ids.add(context.headers().messageId()));
        get(bus.publisher(NUMBERS).publishAcknowledged(1, Headers.NONE.withMessageId("m")));
        await("both have seen it", () -> ids.size() == 2);
        assertThat(ids).containsOnly("m");
    }

    @Test
    void withoutAStageAMessageIsAcknowledgedWhenItIsPublished() {
        Bus bus = open();
        Publisher<Integer> publisher = bus.publisher(NUMBERS);
        assertThat(publisher.publishAcknowledged(1, Headers.NONE)).isCompletedWithValue(-1L);
        bus.subscribe(NUMBERS, (number, context) -> {});
        assertThat(publisher.publishAcknowledged(1, Headers.NONE)).isCompletedWithValue(0L);
        bus.close();
        assertThatThrownBy(() -> publisher.publishAcknowledged(2, Headers.NONE)).isInstanceOf(BusClosedException.class);
    }

    @Test
    void vetoedMessageReachesNoSubscriptionAndIsKept() throws Exception {
        Bus bus = open();
        bus.attach(NUMBERS, recorder);
        bus.subscribe(NUMBERS, (number, context) -> handled.add(number));
        Publisher<Integer> publisher = bus.publisher(NUMBERS);
        publisher.publish(1);
        CompletableFuture<Long> vetoed = publisher.publishAcknowledged(-2, Headers.NONE);
        publisher.publish(3);
        await("the others are handled", () -> handled.size() == 2);
        assertThat(handled).containsExactly(1, 3);
        assertThat(vetoed).isCompletedExceptionally();
        assertThatThrownBy(vetoed::join).hasRootCauseInstanceOf(IOException.class);
        assertThat(bus.deadLetters(NUMBERS)).singleElement().satisfies(letter -> {
            assertThat(letter.message()).isEqualTo(-2);
            assertThat(letter.subscription()).isEqualTo("stage");
            assertThat(letter.lastError()).isInstanceOf(IOException.class);
        });
        assertThat(errors).singleElement().satisfies(error -> assertThat(error.sequence())
                .isEqualTo(1));
    }

    @Test
    void flushThatFailsVetoesItsBatchAlone() throws Exception {
        Bus bus = open();
        var gate = new Gate();
        bus.attach(NUMBERS, new Stage<>() {
            private int flushes;

            @Override
            public void onMessage(Integer number, MessageContext context) throws InterruptedException {
                if (number == 0) {
                    gate.pass();
                }
            }

            @Override
            public void flush() throws IOException {
                if (++flushes == 2) {
                    throw new IOException("disk full");
                }
            }
        });
        bus.subscribe(NUMBERS, (number, context) -> handled.add(number));
        Publisher<Integer> publisher = bus.publisher(NUMBERS);
        publisher.publish(0);
        gate.awaitArrival();
        CompletableFuture<Long> one = publisher.publishAcknowledged(1, Headers.NONE);
        CompletableFuture<Long> two = publisher.publishAcknowledged(2, Headers.NONE);
        gate.open();
        await("both end", () -> one.isDone() && two.isDone());
        assertThat(get(publisher.publishAcknowledged(3, Headers.NONE))).isEqualTo(3);
        await("the others are handled", () -> handled.equals(List.of(0, 3)));
        assertThatThrownBy(one::join).hasRootCauseMessage("disk full");
        assertThatThrownBy(two::join).hasRootCauseMessage("disk full");
        assertThat(bus.deadLetters(NUMBERS)).extracting(DeadLetter::message).containsExactly(1, 2);
    }

    @Test
    void whatIsUnacknowledgedWhenTheBusClosesFails() throws Exception {
        Bus bus = open();
        var slow = new SlowRecorder();
        bus.attach(NUMBERS, slow);
        bus.subscribe(NUMBERS, (number, context) -> handled.add(number));
        Publisher<Integer> publisher = bus.publisher(NUMBERS);
        CompletableFuture<Long> inFlush = publisher.publishAcknowledged(1, Headers.NONE);
        slow.gate.awaitArrival();
        CompletableFuture<Long> behind = publisher.publishAcknowledged(2, Headers.NONE);
        bus.close(Duration.ofMillis(20));
        assertThatThrownBy(inFlush::join).hasCauseInstanceOf(BusClosedException.class);
        assertThatThrownBy(behind::join).hasCauseInstanceOf(BusClosedException.class);
        slow.gate.open();
        await("the stage ends", () -> busThreads().isEmpty());
        assertThat(handled).isEmpty();
    }

    @Test
    void closeWaitsForTheStageAndThenForTheSubscriptions() throws Exception {
        Bus bus = open();
        var slow = new SlowRecorder();
        bus.attach(NUMBERS, slow);
        bus.subscribe(NUMBERS, (number, context) -> handled.add(number));
        List<CompletableFuture<Long>> acknowledgements = IntStream.range(0, 20)
                .mapToObj(number -> bus.publisher(NUMBERS).publishAcknowledged(number, Headers.NONE))
                .toList();
        Future<CloseReport> closing = start(() -> bus.close(PATIENCE));
        slow.gate.open();
        assertThat(get(closing).abandoned()).isZero();
        assertThat(handled).hasSize(20);
        assertThat(acknowledgements).allSatisfy(one -> assertThat(one).isCompleted());
    }

    @Test
    void slowStageHoldsBackPublishers() throws Exception {
        Bus bus = open();
        var slow = new SlowRecorder();
        Topic<Integer> small = NUMBERS.withCapacity(4);
        bus.attach(small, slow);
        for (int number = 0; number < 4; number++) {
            bus.publish(small, number);
        }
        assertThat(bus.tryPublish(small, 4)).isEqualTo(PublishOutcome.BACK_PRESSURED);
        slow.gate.open();
        bus.publish(small, 5);
        await("all are recorded", () -> slow.recorded.equals(List.of(0, 1, 2, 3, 5)));
    }

    @Test
    void stageComesBeforeSubscriptionsThatAPatternBrings() {
        Bus bus = open();
        bus.subscribe(TopicPattern.of("*", Integer.class), (number, context) -> handled.add(number));
        bus.attach(NUMBERS, recorder);
        bus.publish(NUMBERS, -1);
        bus.publish(NUMBERS, 1);
        await("one is handled", () -> !handled.isEmpty());
        assertThat(handled).containsExactly(1);
    }

    @Test
    void stageMustBeThereBeforeSubscriptionsAndAlone() {
        Bus bus = open();
        bus.publisher(NUMBERS);
        bus.attach(NUMBERS, recorder);
        assertThatThrownBy(() -> bus.attach(NUMBERS, recorder)).isInstanceOf(IllegalStateException.class);
        Topic<Integer> other = Topic.of("other", Integer.class);
        bus.subscribe(other, (number, context) -> {});
        assertThatThrownBy(() -> bus.attach(other, recorder))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("before");
    }

    @Test
    void stageIsSteppedAndSeenLikeAReader() {
        Stepper stepper = Stepper.at(Instant.EPOCH);
        Bus bus = open(BusOptions.DEFAULT.steppedBy(stepper));
        bus.attach(NUMBERS, recorder);
        bus.subscribe(NUMBERS, "reader", (number, context) -> handled.add(number));
        bus.publish(NUMBERS, 1);
        assertThat(stepper.step()).isTrue();
        assertThat(recorder.recorded).containsExactly(1);
        assertThat(handled).isEmpty();
        assertThat(bus.snapshot().topics().get(0).subscriptions())
                .extracting(BusSnapshot.SubscriptionSnapshot::kind, BusSnapshot.SubscriptionSnapshot::lag)
                .containsExactly(
                        org.assertj.core.api.Assertions.tuple("in order", 1L),
                        org.assertj.core.api.Assertions.tuple("stage", 0L));
        stepper.run();
        assertThat(handled).containsExactly(1);
    }

    @Test
    void stuckStageIsNamedAndWaitedFor() throws Exception {
        Bus bus = open(BusOptions.DEFAULT.withStuckAfter(Duration.ofMillis(40), StuckPolicy.DIVERT));
        var slow = new SlowRecorder();
        bus.attach(NUMBERS, slow);
        bus.subscribe(NUMBERS, "reader", (number, context) -> handled.add(number));
        bus.publish(NUMBERS, 1);
        await("the report", () -> !errors.isEmpty());
        assertThat(errors).singleElement().satisfies(error -> assertThat(error.subscription())
                .isEqualTo("stage"));
        slow.gate.open();
        await("it is handled", () -> handled.equals(List.of(1)));
        assertThat(errors).hasSize(1);
    }
}

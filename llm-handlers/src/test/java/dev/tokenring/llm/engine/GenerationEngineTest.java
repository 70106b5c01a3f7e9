package dev.tokenring.llm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenring.llm.EngineOptions;
import dev.tokenring.llm.EngineSample;
import dev.tokenring.llm.FinishReason;
import dev.tokenring.llm.Generation;
import dev.tokenring.llm.GenerationOptions;
import dev.tokenring.llm.RequestSample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The thread that computes, among threads that submit, cancel, read slowly and close. */
@Timeout(60)
class GenerationEngineTest {
    private static final long EVER = Long.MAX_VALUE;

    private final FakeModel model = new FakeModel(200, 5_000, 0, 0);
    private final Queue<EngineSample> samples = new ConcurrentLinkedQueue<>();
    private final GenerationEngine engine = GenerationEngine.start(
            "fake",
            () -> model,
            (options, sample, prompt, room) -> new Sampler(options),
            EngineOptions.DEFAULT
                    .withMaxBatchSize(4)
                    .withStepTokens(32)
                    .withCacheBytes(50_000)
                    .withQueueLimit(1000)
                    .withSamples(samples::add));

    private static String decode(List<Integer> ids) {
        return ids.stream().map(id -> " " + id).collect(Collectors.joining());
    }

    /** Collects what it reads, and checks that it is read by one thread at a time, and ended once. */
    private static class Collector implements Reader {
        final CompletableFuture<Generation> whole = new CompletableFuture<>();
        final AtomicReference<Generation> soFar = new AtomicReference<>();
        private final AtomicInteger inside = new AtomicInteger();
        volatile boolean gone;
        volatile Runnable atPiece = () -> {};

        @Override
        public boolean isGone() {
            return gone;
        }

        @Override
        public boolean hasRoom() {
            return true;
        }

        @Override
        public void onRoom(Runnable action) {
            action.run();
        }

        @Override
        public void read(Generation piece) {
            assertThat(inside.incrementAndGet()).isEqualTo(1);
            assertThat(whole).isNotDone();
            Generation merged = soFar.accumulateAndGet(piece, (a, b) -> a == null ? b : a.append(b));
            atPiece.run();
            inside.decrementAndGet();
            if (piece.finishReason() != null) {
                whole.complete(merged);
            }
        }

        @Override
        public void failed(Throwable cause) {
            assertThat(whole.completeExceptionally(cause)).isTrue();
        }
    }

    private Runnable ask(int seed, int maxTokens, Collector reader) {
        return engine.generateAll(
                prompt(seed),
                GenerationOptions.GREEDY.withMaxTokens(maxTokens),
                0,
                EVER,
                GenerationEngineTest::decode,
                reader);
    }

    private static int[] prompt(int seed) {
        return new Random(seed).ints(1 + seed % 20, 0, FakeModel.VOCABULARY).toArray();
    }

    @Test
    void whatManyThreadsAskForIsAnsweredAsIfEachWereAlone() throws Exception {
        var threads = Executors.newFixedThreadPool(8);
        var readers = new ArrayList<Collector>();
        for (int i = 0; i < 400; i++) {
            var reader = new Collector();
            readers.add(reader);
            int seed = i;
            threads.execute(() -> ask(seed, 1 + seed % 40, reader));
        }
        for (int i = 0; i < 400; i++) {
            Generation whole = readers.get(i).whole.get(30, TimeUnit.SECONDS);
            assertThat(whole.tokenIds()).isEqualTo(FakeModel.alone(prompt(i), 1 + i % 40));
            assertThat(whole.text()).isEqualTo(decode(whole.tokenIds()));
            assertThat(whole.finishReason()).isEqualTo(FinishReason.LENGTH);
        }
        threads.shutdown();
        engine.close();
        assertThat(model.closed).isTrue();
    }

    @Test
    void aReaderThatBlocksHoldsUpNoOther() throws Exception {
        var blocked = new CountDownLatch(1);
        var stuck = new ArrayList<Collector>();
        for (int i = 0; i < 3; i++) {
            var reader = new Collector();
            reader.atPiece = () -> {
                try {
                    blocked.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            };
            stuck.add(reader);
            ask(i, 100, reader);
        }
        var free = new Collector();
        ask(7, 100, free);
        assertThat(free.whole.get(30, TimeUnit.SECONDS).tokenIds()).hasSize(100);
        blocked.countDown();
        for (int i = 0; i < 3; i++) {
            assertThat(stuck.get(i).whole.get(30, TimeUnit.SECONDS).tokenIds())
                    .isEqualTo(FakeModel.alone(prompt(i), 100));
        }
        engine.close();
    }

    @Test
    void whatAReaderThrowsEndsItsOwnAnswer() throws Exception {
        var thrower = new Collector();
        thrower.atPiece = () -> {
            throw new IllegalArgumentException("no more");
        };
        ask(1, 100, thrower);
        var other = new Collector();
        ask(2, 50, other);
        assertThat(other.whole.get(30, TimeUnit.SECONDS).tokenIds()).hasSize(50);
        assertThat(thrower.whole).failsWithin(java.time.Duration.ofSeconds(30));
        engine.close();
    }

    @Test
    void aStopStringEndsAtOnceThoughItIsNoticedLater() throws Exception {
        List<Integer> alone = FakeModel.alone(prompt(5), 150);
        String text = decode(alone);
        String stop = text.substring(40, 46);
        var reader = new Collector();
        engine.generateAll(
                prompt(5),
                GenerationOptions.GREEDY.withMaxTokens(150).withStopStrings(List.of(stop)),
                0,
                EVER,
                GenerationEngineTest::decode,
                reader);
        Generation whole = reader.whole.get(30, TimeUnit.SECONDS);
        assertThat(whole.text()).isEqualTo(text.substring(0, text.indexOf(stop)));
        assertThat(whole.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(alone).startsWith(whole.tokenIds().toArray(Integer[]::new));
        engine.close();
    }

    @Test
    void aDeadlineEndsWhatIsParked() throws Exception {
        var never = new Collector();
        Reader deaf = new Reader() {
            @Override
            public boolean isGone() {
                return false;
            }

            @Override
            public boolean hasRoom() {
                return never.gone;
            }

            @Override
            public void onRoom(Runnable action) {}

            @Override
            public void read(Generation piece) {
                never.read(piece);
            }

            @Override
            public void failed(Throwable cause) {
                never.failed(cause);
            }
        };
        Runnable look = engine.generateAll(
                prompt(3),
                GenerationOptions.GREEDY.withMaxTokens(150),
                0,
                TimeUnit.MILLISECONDS.toNanos(200),
                GenerationEngineTest::decode,
                deaf);
        while (samples.stream().noneMatch(RequestSample.class::isInstance)) {
            Thread.onSpinWait();
        }
        never.gone = true;
        look.run();
        Generation whole = never.whole.get(30, TimeUnit.SECONDS);
        assertThat(whole.finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(whole.tokenIds()).hasSize(Utterance.MOST_UNREAD);
        engine.close();
    }

    /** While couriers are at work, the thread that computes waits for their lock, which takes what would wake it later. */
    @Test
    void noWakeUpIsLost() throws Exception {
        var askers = new ArrayList<CompletableFuture<Void>>();
        for (int i = 0; i < 4; i++) {
            int prompt = i + 1;
            askers.add(CompletableFuture.runAsync(() -> {
                for (int round = 0; round < 5000; round++) {
                    var reader = new Collector();
                    ask(prompt, 1, reader);
                    reader.whole.orTimeout(30, TimeUnit.SECONDS).join();
                }
            }));
        }
        for (CompletableFuture<Void> asker : askers) {
            asker.get(50, TimeUnit.SECONDS);
        }
        engine.close();
    }

    @Test
    void everyAnswerEndsOnceWhoeverCancelsOrClosesMeanwhile() throws Exception {
        for (int round = 0; round < 60; round++) {
            var fake = new FakeModel(200, 2_000, 0, 0);
            var racing = GenerationEngine.start(
                    "racing",
                    () -> fake,
                    (options, sample, prompt, room) -> new Sampler(options),
                    EngineOptions.DEFAULT.withMaxBatchSize(3).withStepTokens(20).withCacheBytes(20_000));
            var taken = new ArrayList<Collector>();
            var closer = new Thread(racing::close);
            int closeAt = round % 20;
            for (int i = 0; i < 40; i++) {
                if (i == closeAt) {
                    closer.start();
                }
                var reader = new Collector();
                try {
                    Runnable look = racing.generateAll(
                            prompt(i),
                            GenerationOptions.GREEDY.withMaxTokens(30),
                            i % 3,
                            EVER,
                            GenerationEngineTest::decode,
                            reader);
                    taken.add(reader);
                    if (i % 4 == 0) {
                        reader.gone = true;
                        look.run();
                    }
                } catch (IllegalStateException closed) {
                    assertThat(closed).hasMessageContaining("is closed");
                }
            }
            closer.join();
            for (Collector reader : taken) {
                Generation whole = reader.whole.get(30, TimeUnit.SECONDS);
                assertThat(whole.finishReason()).isIn(FinishReason.LENGTH, FinishReason.CANCELLED);
            }
            assertThat(fake.closed).isTrue();
            assertThat(racing.open()).isZero();
        }
        engine.close();
    }

    @Test
    void drainingFinishesWhatThereIsAndRefusesTheRest() throws Exception {
        var reader = new Collector();
        ask(1, 150, reader);
        assertThat(engine.drain(TimeUnit.SECONDS.toNanos(30))).isZero();
        assertThatIllegalStateException().isThrownBy(() -> ask(2, 5, new Collector()));
        assertThat(reader.whole.get(30, TimeUnit.SECONDS).tokenIds()).hasSize(150);
        engine.close();
        engine.close();
    }

    @Test
    void anIdleEngineSleeps() throws Exception {
        var reader = new Collector();
        ask(1, 5, reader);
        reader.whole.get(30, TimeUnit.SECONDS);
        Thread computing = computing();
        while (computing.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        engine.close();
    }

    private static Thread computing() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("tokenring-steps-fake"))
                .filter(Thread::isAlive)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void anInterruptDoesNotKeepTheEngineAwake() throws Exception {
        var reader = new Collector();
        ask(1, 5, reader);
        reader.whole.get(30, TimeUnit.SECONDS);
        Thread computing = computing();
        computing.interrupt();
        while (computing.isInterrupted() || computing.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        engine.close();
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> RuntimeException unchecked(Throwable thrown) throws E {
        throw (E) thrown;
    }

    @Test
    void exceptionsThatNoCompilerCheckedHarmNobodyElse() throws Exception {
        for (int i = 0; i < 100; i++) {
            var failing = new Collector();
            failing.atPiece = () -> {
                throw GenerationEngineTest.<RuntimeException>unchecked(new IOException("on purpose"));
            };
            ask(i, 5, failing);
            assertThatThrownBy(() -> failing.whole.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(IOException.class);
        }
        var reader = new Collector();
        ask(1, 5, reader);
        assertThat(reader.whole.get(30, TimeUnit.SECONDS).tokenIds()).hasSize(5);
        engine.close();
    }

    @Test
    void aListenerToSamplesMayThrowAnything() throws Exception {
        try (var listened = GenerationEngine.start(
                "listened",
                () -> new FakeModel(200, 5_000, 0, 0),
                (options, sample, prompt, room) -> new Sampler(options),
                EngineOptions.DEFAULT.withCacheBytes(50_000).withSamples(sample -> {
                    throw GenerationEngineTest.<RuntimeException>unchecked(new IOException("on purpose"));
                }))) {
            var reader = new Collector();
            listened.generateAll(
                    prompt(1),
                    GenerationOptions.GREEDY.withMaxTokens(5),
                    0,
                    EVER,
                    GenerationEngineTest::decode,
                    reader);
            assertThat(reader.whole.get(30, TimeUnit.SECONDS).tokenIds()).hasSize(5);
        }
        engine.close();
    }

    /** It has room again when the only courier has just begun to be held up, and the engine has nothing else to do. */
    @Test
    void aReaderThatHasRoomAgainIsNotHeldUpByOneThatBlocks() throws Exception {
        for (int round = 0; round < 5; round++) {
            var room = new AtomicReference<Runnable>();
            var waiting = new Collector() {
                volatile boolean hasRoom;

                @Override
                public boolean hasRoom() {
                    return hasRoom;
                }

                @Override
                public void onRoom(Runnable action) {
                    room.set(action);
                }
            };
            ask(1, 5, waiting);
            while (room.get() == null) {
                Thread.onSpinWait();
            }
            var blocking = new CountDownLatch(1);
            var blocked = new Collector();
            blocked.atPiece = () -> {
                waiting.hasRoom = true;
                Thread helper = new Thread(room.get());
                helper.start();
                try {
                    blocking.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            };
            ask(2, 1, blocked);
            assertThat(waiting.whole.get(30, TimeUnit.SECONDS).tokenIds()).hasSize(5);
            blocking.countDown();
            blocked.whole.get(30, TimeUnit.SECONDS);
        }
        engine.close();
    }

    @Test
    void whoeverIsCutOffByClosingIsToldThoughAnotherReaderBlocks() throws Exception {
        var room = new AtomicReference<Runnable>();
        var parked = new Collector() {
            volatile boolean hasRoom;

            @Override
            public boolean hasRoom() {
                return hasRoom;
            }

            @Override
            public void onRoom(Runnable action) {
                room.set(action);
            }
        };
        ask(1, 150, parked);
        while (room.get() == null) {
            Thread.onSpinWait();
        }
        var began = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var blocked = new Collector();
        blocked.atPiece = () -> {
            began.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        };
        ask(2, 1, blocked);
        began.await();
        engine.close();
        parked.hasRoom = true;
        room.get().run();
        assertThat(parked.whole.get(10, TimeUnit.SECONDS).finishReason()).isEqualTo(FinishReason.CANCELLED);
        release.countDown();
    }

    /** Nobody closes an engine that has died, so that nobody but its couriers sees to it that all are told. */
    @Test
    void whoeverADeadEngineFailsIsToldThoughAnotherReaderBlocks() throws Exception {
        var dying = GenerationEngine.start(
                "dying",
                () -> new FakeModel(200, 5_000, 0, 0),
                (options, sample, prompt, room) -> new Sampler(options),
                EngineOptions.DEFAULT.withMaxBatchSize(4).withCacheBytes(50_000));
        var began = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var blocked = new Collector();
        blocked.atPiece = () -> {
            began.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        };
        GenerationOptions one = GenerationOptions.GREEDY.withMaxTokens(1);
        dying.generateAll(prompt(1), one, 0, EVER, GenerationEngineTest::decode, blocked);
        began.await();
        var killer = new Collector() {
            @Override
            public boolean isGone() {
                throw new IllegalStateException("on purpose");
            }
        };
        dying.generateAll(prompt(2), one, 0, EVER, GenerationEngineTest::decode, killer);
        assertThatThrownBy(() -> killer.whole.get(10, TimeUnit.SECONDS)).hasMessageContaining("on purpose");
        release.countDown();
        dying.close();
        engine.close();
    }
}

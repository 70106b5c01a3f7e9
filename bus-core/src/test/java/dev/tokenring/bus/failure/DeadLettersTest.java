package dev.tokenring.bus.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenring.bus.DeadLetter;
import dev.tokenring.bus.Headers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The box of dead letters: the newest are kept, all are counted, each is taken out once. */
class DeadLettersTest {
    private static final Throwable ERROR = new IllegalStateException("always");

    private static DeadLetter<Integer> letter(String topic, int number) {
        return new DeadLetter<>(topic, "reader", number, number, Headers.NONE, 1, ERROR, Instant.EPOCH, Instant.EPOCH);
    }

    @Test
    void newestOfEachTopicAreKeptOldestFirst() {
        var box = new DeadLetters(3);
        List<DeadLetter<Integer>> numbers =
                IntStream.range(0, 5).mapToObj(i -> letter("numbers", i)).toList();
        assertThat(box.add(numbers.get(0))).isNull();
        assertThat(box.add(numbers.get(1))).isNull();
        assertThat(box.add(numbers.get(2))).isNull();
        assertThat(box.add(numbers.get(3))).isSameAs(numbers.get(0));
        assertThat(box.add(numbers.get(4))).isSameAs(numbers.get(1));
        DeadLetter<Integer> other = letter("others", 0);
        assertThat(box.add(other)).as("topics don't push each other out").isNull();

        assertThat(box.of("numbers")).isEqualTo(numbers.subList(2, 5));
        assertThat(box.of("others")).isEqualTo(List.of(other));
        assertThat(box.total("numbers")).isEqualTo(5);
        assertThat(box.pushedOut("numbers")).isEqualTo(2);
        assertThat(box.total("others")).isEqualTo(1);
        assertThat(box.pushedOut("others")).isZero();
    }

    @Test
    void topicWithoutDeadLettersIsEmpty() {
        var box = new DeadLetters(3);
        assertThat(box.of("numbers")).isEmpty();
        assertThat(box.total("numbers")).isZero();
        assertThat(box.pushedOut("numbers")).isZero();
    }

    @Test
    void letterIsRedrivenOnceAndMakesRoom() {
        var box = new DeadLetters(2);
        DeadLetter<Integer> first = letter("numbers", 0);
        DeadLetter<Integer> second = letter("numbers", 1);
        box.add(first);
        box.add(second);
        assertThat(box.redrive(first)).isTrue();
        assertThat(box.redrive(first)).isFalse();
        assertThat(box.of("numbers")).isEqualTo(List.of(second));
        assertThat(box.add(letter("numbers", 2))).isNull();
        assertThat(box.total("numbers")).isEqualTo(3);
        assertThat(box.pushedOut("numbers")).isZero();
    }

    @Test
    void mendedLetterTakesOutTheOneItWasDerivedFrom() {
        var box = new DeadLetters(3);
        DeadLetter<Integer> letter = letter("numbers", 0);
        box.add(letter);
        assertThat(box.redrive(letter.withMessage(7))).isTrue();
        assertThat(box.of("numbers")).isEmpty();
    }

    @Test
    void lettersOfTwoFailuresThatSayTheSameAreTwo() {
        var box = new DeadLetters(3);
        DeadLetter<Integer> first = failedWith(new IllegalStateException("no"));
        DeadLetter<Integer> second = failedWith(new IllegalStateException("no"));
        box.add(first);
        box.add(second);
        assertThat(box.redrive(second)).isTrue();
        assertThat(box.redrive(second)).isFalse();
        assertThat(box.of("numbers")).singleElement().isSameAs(first);
    }

    private static DeadLetter<Integer> failedWith(Throwable error) {
        DeadLetter<Integer> one = letter("numbers", 0);
        return new DeadLetter<>(
                one.topic(),
                one.subscription(),
                one.sequence(),
                one.message(),
                one.headers(),
                one.attempts(),
                error,
                one.firstFailure(),
                one.givenUp());
    }

    @Test
    void letterThatWasPushedOutCanStillBeRedrivenOnce() {
        var box = new DeadLetters(0);
        DeadLetter<Integer> letter = letter("numbers", 0);
        box.add(letter);
        assertThat(box.redrive(letter)).isTrue();
        assertThat(box.redrive(letter.withMessage(7))).isFalse();
    }

    @Test
    void listIsAPictureOfItsMoment() {
        var box = new DeadLetters(3);
        DeadLetter<Integer> letter = letter("numbers", 0);
        box.add(letter);
        List<DeadLetter<?>> before = box.of("numbers");
        box.redrive(letter);
        assertThat(before).hasSize(1);
        assertThatThrownBy(before::clear).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void boxWithoutRoomCountsAndGivesEveryLetterBack() {
        var box = new DeadLetters(0);
        DeadLetter<Integer> letter = letter("numbers", 0);
        assertThat(box.add(letter)).isSameAs(letter);
        assertThat(box.of("numbers")).isEmpty();
        assertThat(box.total("numbers")).isEqualTo(1);
        assertThat(box.pushedOut("numbers")).isEqualTo(1);
    }

    @Test
    void negativeCapacityIsRefused() {
        assertThatThrownBy(() -> new DeadLetters(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("capacityPerTopic is -1: give 0 or more");
    }

    @Test
    void everyLetterIsKeptPushedOutOrRedrivenExactlyOnceByManyThreads() throws Exception {
        int threads = 4;
        int perThread = 200; // fewer in all than redriven ones are remembered
        var box = new DeadLetters(16);
        var start = new CyclicBarrier(threads);
        var sequences = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            var redriven = new ConcurrentLinkedQueue<DeadLetter<?>>();
            Callable<List<DeadLetter<?>>> addAndTake = () -> {
                var gone = new ArrayList<DeadLetter<?>>();
                start.await();
                for (int i = 0; i < perThread; i++) {
                    DeadLetter<?> pushedOut = box.add(letter("numbers", sequences.getAndIncrement()));
                    if (pushedOut != null) {
                        gone.add(pushedOut);
                    }
                    List<DeadLetter<?>> kept = box.of("numbers");
                    DeadLetter<?> one = kept.isEmpty() ? null : kept.get(i % kept.size());
                    if (one != null && box.redrive(one)) {
                        redriven.add(one);
                    }
                }
                return gone;
            };
            Set<DeadLetter<?>> ends = Collections.newSetFromMap(new IdentityHashMap<>());
            for (Future<List<DeadLetter<?>>> one : pool.invokeAll(Collections.nCopies(threads, addAndTake))) {
                one.get().forEach(letter -> assertThat(ends.add(letter)).isTrue());
            }
            box.of("numbers").forEach(letter -> assertThat(ends.add(letter)).isTrue());
            assertThat(redriven).doesNotHaveDuplicates();
            ends.addAll(redriven); // some of them were pushed out just before
            assertThat(ends).hasSize(threads * perThread);
            assertThat(box.total("numbers")).isEqualTo((long) threads * perThread);
        } finally {
            pool.shutdownNow();
        }
    }
}

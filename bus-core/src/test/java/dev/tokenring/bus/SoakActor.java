package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One of the actors of {@link SoakTest}. It numbers what it publishes to each topic, so that whoever listens can tell a
 * loss from a silence, and knows the answer to all that it asks.
 */
final class SoakActor {
    static final List<Topic<SoakNote>> TOPICS = List.of(
            Topic.of("soak-1", SoakNote.class).withCapacity(2),
            Topic.of("soak-2", SoakNote.class).withCapacity(8).withWaitStrategy(WaitStrategy.BLOCKING),
            Topic.of("soak-3", SoakNote.class).withCapacity(64).withWaitStrategy(WaitStrategy.YIELDING));

    /** Answers a number with the sum of the numbers below it, sent one by one; stumbles over multiples of seven. */
    static final List<Service<Integer, Long>> SERVICES = IntStream.of(1, 2)
            .mapToObj(i -> Service.of("soak-service-" + i, Integer.class, Long.class)
                    .withCapacity(2 * i)
                    .withMerge(Long::sum))
            .toList();

    /** What a handler throws on purpose. */
    static final class Stumble extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private record Asked(int number, CompletableFuture<Long> answer, Duration timeout) {}

    private record Listening(int topic, SoakListener listener, Subscription subscription) {}

    private record Reading(int number, Reader<Long> reader) {}

    private final int name;
    private final Bus bus;
    private final SplittableRandom random;
    private final int[] nextNumber = new int[TOPICS.size()];
    private final List<Listening> listening = new ArrayList<>();
    private final List<SoakListener> allListeners = new ArrayList<>();
    private final List<Subscription> serving = new ArrayList<>();
    private final List<Asked> asked = new ArrayList<>();
    private final List<Reading> reading = new ArrayList<>();

    SoakActor(int name, Bus bus, SplittableRandom random) {
        this.name = name;
        this.bus = bus;
        this.random = random;
    }

    SoakActor act(int steps) {
        for (int i = 0; i < steps; i++) {
            switch (random.nextInt(16)) {
                case 0 -> subscribe();
                case 1 -> unsubscribe();
                case 2 -> serve();
                case 3 -> unserve();
                case 4, 5 -> request();
                case 6 -> stream();
                case 7 -> cancel();
                case 8, 9, 10 -> tryPublish();
                default -> publish();
            }
        }
        while (!serving.isEmpty()) {
            unserve();
        }
        return this;
    }

    private void publish() {
        int topic = random.nextInt(TOPICS.size());
        bus.publish(TOPICS.get(topic), new SoakNote(name, nextNumber[topic]++));
    }

    private void tryPublish() {
        int topic = random.nextInt(TOPICS.size());
        PublishOutcome outcome = bus.tryPublish(TOPICS.get(topic), new SoakNote(name, nextNumber[topic]));
        boolean mine = listening.stream().anyMatch(one -> one.topic() == topic);
        switch (outcome) {
            case PUBLISHED -> nextNumber[topic]++;
            case NO_SUBSCRIPTION -> assertThat(mine).isFalse();
            case BACK_PRESSURED -> {}
            case CLOSED -> throw new AssertionError("nobody closed the bus");
        }
    }

    private void subscribe() {
        int topic = random.nextInt(TOPICS.size());
        var listener = new SoakListener(name, nextNumber[topic], random.nextInt(4) == 0);
        allListeners.add(listener);
        listening.add(new Listening(topic, listener, bus.subscribe(TOPICS.get(topic), listener)));
    }

    /** Closes a subscription, half of the time after it has heard the last thing this actor said. */
    private void unsubscribe() {
        if (listening.isEmpty()) {
            return;
        }
        Listening one = listening.remove(random.nextInt(listening.size()));
        boolean hearsAll = random.nextBoolean();
        if (hearsAll) {
            BusTest.await("the listener hears all", () -> one.listener().heardOwnerUpTo(nextNumber[one.topic()]));
        }
        one.subscription().close();
        assertThat(one.subscription().delivered()).isEqualTo(one.listener().count());
        assertThat(one.subscription().failures()).isEqualTo(one.listener().stumbles());
        assertThat(one.subscription().lag()).isZero();
    }

    private void serve() {
        try {
            serving.add(bus.serveStream(SERVICES.get(random.nextInt(SERVICES.size())), (number, replies) -> {
                if (number % 7 == 0) {
                    throw new Stumble();
                }
                for (long i = 0; i < number && replies.send(i); i++) {
                    Thread.onSpinWait();
                }
            }));
        } catch (IllegalStateException servedAlready) {
            assertThat(servedAlready).hasMessageContaining("has a handler already");
        }
    }

    private void unserve() {
        if (!serving.isEmpty()) {
            serving.remove(random.nextInt(serving.size())).close();
        }
    }

    private void request() {
        int number = 1 + random.nextInt(40);
        Duration timeout = random.nextInt(5) == 0 ? Duration.ofNanos(1 + random.nextInt(200_000)) : BusTest.PATIENCE;
        asked.add(new Asked(
                number, bus.request(SERVICES.get(random.nextInt(SERVICES.size())), number, timeout), timeout));
    }

    private void stream() {
        int number = 1 + random.nextInt(400);
        // Some never ask for all of it, which would hold the handler until the deadline: theirs is short.
        boolean patient = random.nextBoolean();
        var reader = new Reader<Long>(patient ? Long.MAX_VALUE : 1 + random.nextInt(100));
        Duration timeout = patient ? BusTest.PATIENCE : Duration.ofMillis(2);
        bus.stream(SERVICES.get(random.nextInt(SERVICES.size())), number, Headers.NONE, timeout)
                .subscribe(reader);
        reading.add(new Reading(number, reader));
    }

    private void cancel() {
        if (random.nextBoolean() && !asked.isEmpty()) {
            asked.get(random.nextInt(asked.size())).answer().cancel(true);
        } else if (!reading.isEmpty()) {
            reading.get(random.nextInt(reading.size())).reader().subscription.cancel();
        }
    }

    int stumbles() {
        return allListeners.stream().mapToInt(SoakListener::stumbles).sum();
    }

    void checkAtTheEnd() {
        listening.forEach(one -> assertThat(one.listener().heardOwnerUpTo(nextNumber[one.topic()]))
                .as("%s heard all of %s", one.listener(), name)
                .isTrue());
        allListeners.forEach(listener -> assertThat(listener.broken()).isEmpty());
        asked.forEach(SoakActor::checkAnswer);
        reading.forEach(SoakActor::checkStream);
    }

    private static void checkAnswer(Asked one) {
        assertThat(one.answer()).isDone();
        if (one.answer().isCancelled()) {
            return;
        }
        long n = one.number();
        try {
            assertThat(one.answer().join()).isEqualTo(n * (n - 1) / 2);
            assertThat(n % 7).isNotZero();
        } catch (CompletionException failed) {
            checkFailure(one.number(), failed.getCause(), one.timeout().compareTo(BusTest.PATIENCE) < 0);
        }
    }

    private static void checkFailure(int number, Throwable failed, boolean hurried) {
        switch (((RequestException) failed).failure()) {
            case HANDLER_FAILED -> assertThat(number % 7).isZero();
            case TIMEOUT -> assertThat(hurried).isTrue();
            case NO_HANDLER, OVERLOADED -> {}
            case CLOSED, CANCELLED -> throw new AssertionError(failed);
        }
    }

    private static void checkStream(Reading one) {
        List<Object> signals = one.reader().signals;
        assertThat(one.reader().broken).isEmpty();
        assertThat(signals).startsWith("subscribed");
        Object last = signals.get(signals.size() - 1);
        boolean ended = last instanceof Throwable || last.equals("complete");
        List<Object> parts = signals.subList(1, ended ? signals.size() - 1 : signals.size());
        assertThat(parts)
                .isEqualTo(
                        Stream.iterate(0L, part -> part + 1).limit(parts.size()).toList());
        if (last.equals("complete")) {
            assertThat(parts).hasSize(one.number());
            assertThat(one.number() % 7).isNotZero();
        } else if (last instanceof Throwable failed) {
            checkFailure(one.number(), failed, true);
        }
    }
}

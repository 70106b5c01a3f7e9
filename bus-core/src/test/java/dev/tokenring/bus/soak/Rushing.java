package dev.tokenring.bus.soak;

import dev.tokenring.bus.Headers;
import dev.tokenring.bus.RequestException;
import dev.tokenring.bus.RequestFailure;
import dev.tokenring.bus.Service;
import dev.tokenring.bus.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;

/**
 * Asks more than a service can take while its handler is busy. Who is let in is known beforehand: of those that wait and the
 * one that comes, the one of the lowest priority goes, and of equal priority the one with the least time left.
 */
final class Rushing implements Participant {
    private record Caller(int number, int priority, int minutesLeft, CompletableFuture<Integer> reply) {
        @Override
        public String toString() {
            return number + " of priority " + priority + " with " + minutesLeft + " minutes left";
        }
    }

    private final Round round;
    private final SplittableRandom random;
    private final Service<Integer, Integer> service;

    Rushing(Round round, int number, SplittableRandom random) {
        this.round = round;
        this.random = random;
        this.service = Service.of("service.rush-" + number, Integer.class, Integer.class)
                .withCapacity(2 << random.nextInt(4));
    }

    @Override
    public void act() throws InterruptedException {
        var busy = new CountDownLatch(1);
        var gate = new CountDownLatch(1);
        Subscription serving = round.bus.serve(service, (number, context) -> {
            busy.countDown();
            gate.await();
            return number;
        });
        CompletableFuture<Integer> first = round.bus.request(service, -1);
        busy.await();
        List<Caller> waiting = new ArrayList<>();
        List<Caller> dropped = new ArrayList<>();
        int room = service.capacity() - 1;
        for (int i = random.nextInt(3 * service.capacity()); i > 0; i--) {
            waiting.add(call(i));
            if (waiting.size() > room) {
                Caller least = waiting.stream()
                        .min(Comparator.comparingInt(Caller::priority).thenComparingInt(Caller::minutesLeft))
                        .orElseThrow();
                waiting.remove(least);
                dropped.add(least);
            }
        }
        dropped.stream()
                .filter(caller -> !isOverloaded(caller))
                .forEach(caller ->
                        round.broken.add(this + ": " + caller + " was not dropped at once: " + caller.reply()));
        gate.countDown();
        first.join();
        for (Caller caller : waiting) {
            try {
                caller.reply().join();
            } catch (CompletionException failed) {
                round.broken.add(this + ": " + caller + " was not let in: " + failed.getCause());
            }
        }
        serving.close();
    }

    private Caller call(int number) {
        int priority = random.nextInt(3);
        int minutesLeft = 10 * (1 + random.nextInt(20)) * 100 + number;
        Headers headers = Headers.NONE.withPriority(priority);
        return new Caller(
                number,
                priority,
                minutesLeft,
                round.bus.request(service, number, headers, Duration.ofMinutes(minutesLeft)));
    }

    private static boolean isOverloaded(Caller caller) {
        return caller.reply().isDone()
                && caller.reply()
                        .handle((reply, failure) -> failure instanceof RequestException failed
                                && failed.failure() == RequestFailure.OVERLOADED)
                        .join();
    }

    @Override
    public String toString() {
        return "Rushing[" + service.name() + ", capacity=" + service.capacity() + "]";
    }
}

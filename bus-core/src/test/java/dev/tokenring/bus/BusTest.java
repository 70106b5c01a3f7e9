package dev.tokenring.bus;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;

/**
 * What the tests of the bus share: buses that are closed after the test, threads to act from, the errors that were
 * reported, and a check that no thread of a bus outlives its test.
 */
abstract class BusTest {
    /** Much longer than anything takes that a test waits for; it is reached only when a promise is broken. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    final List<HandlerError> errors = new CopyOnWriteArrayList<>();
    private final List<Bus> buses = new ArrayList<>();
    private final ExecutorService actors = Executors.newCachedThreadPool();

    /** Which threads call a handler. */
    enum Callers {
        OWN_THREAD,
        EVENT_LOOP,
        VIRTUAL_THREADS,
        EXECUTOR
    }

    Execution execution(Callers callers) {
        return switch (callers) {
            case OWN_THREAD -> Execution.ownThread();
            case EVENT_LOOP -> Execution.eventLoop("shared");
            case VIRTUAL_THREADS -> Execution.virtualThreads(4);
            case EXECUTOR -> Execution.executor(actors, 4);
        };
    }

    /** Opens a bus that records its errors; it gets ten seconds to close. */
    Bus open() {
        return open(BusOptions.DEFAULT);
    }

    Bus open(BusOptions options) {
        Bus bus = Bus.open(options.withErrorSink(errors::add));
        buses.add(bus);
        return bus;
    }

    /** Does something on another thread. */
    <V> Future<V> start(Callable<V> work) {
        return actors.submit(work);
    }

    static <V> V get(Future<V> future) throws Exception {
        return future.get(PATIENCE.toSeconds(), SECONDS);
    }

    static void await(String what, BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadlineNs)
                    .as("waited in vain: %s", what)
                    .isNegative();
            LockSupport.parkNanos(200_000);
        }
    }

    /** Waits until a thread waits for somebody else, with or without a timeout. */
    static void awaitBlocked(Thread thread) {
        await(thread + " blocks", () -> switch (thread.getState()) {
            case WAITING, TIMED_WAITING, BLOCKED -> true;
            default -> false;
        });
    }

    @AfterEach
    void nothingOfTheBusOutlivesTheTest() throws Exception {
        buses.forEach(Bus::close);
        actors.shutdownNow();
        assertThat(actors.awaitTermination(PATIENCE.toSeconds(), SECONDS))
                .as("the test's own threads ended")
                .isTrue();
        await("threads of the bus end: " + busThreads(), () -> busThreads().isEmpty());
    }

    static Set<String> busThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("tokenring-"))
                .collect(Collectors.toSet());
    }
}

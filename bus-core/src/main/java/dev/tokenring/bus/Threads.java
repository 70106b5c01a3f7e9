package dev.tokenring.bus;

import dev.tokenring.bus.dispatch.Loop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The threads that call handlers: all of them belong to the bus, and end with it. Safe for use by any thread. */
final class Threads {
    private final Object bus;
    private final String busName;
    private final @Nullable Stepper stepper;
    private final Map<String, Loop> shared = new HashMap<>();
    private final Set<Loop> ofPatterns = new HashSet<>();
    private @Nullable ExecutorService virtual;

    Threads(Object bus, String busName, @Nullable Stepper stepper) {
        this.bus = bus;
        this.busName = busName;
        this.stepper = stepper;
    }

    /**
     * The loop that polls a dispatcher.
     *
     * @param name what its thread is called if it is one of its own
     */
    Loop loopFor(Execution execution, String name, WaitStrategy strategy) {
        if (stepper != null) {
            return stepper.loop();
        }
        String eventLoop = execution.eventLoop();
        if (eventLoop != null) {
            return shared("tokenring-" + busName + "-loop-" + eventLoop);
        }
        if (execution.isConcurrent()) {
            return shared("tokenring-" + busName + "-feeder");
        }
        return new Loop(bus, name, strategy, true);
    }

    /** A loop for the topics of one pattern, with a thread of its own until {@link #end}. */
    synchronized Loop ofPattern(String name) {
        if (stepper != null) {
            return stepper.loop();
        }
        var loop = new Loop(bus, name, WaitStrategy.ADAPTIVE, false);
        loop.start();
        ofPatterns.add(loop);
        return loop;
    }

    /** A loop that several share, by its name. */
    private synchronized Loop shared(String name) {
        if (stepper != null) {
            return stepper.loop();
        }
        return shared.computeIfAbsent(name, absent -> {
            var loop = new Loop(bus, absent, WaitStrategy.ADAPTIVE, false);
            loop.start();
            return loop;
        });
    }

    /** Ends the loop of a pattern when it has no topic any more; any other loop is left alone. */
    synchronized void end(Loop loop) {
        if (ofPatterns.remove(loop)) {
            loop.closeWhenEmpty();
        }
    }

    /** Whose threads call the handler; null for those of the loop. */
    @Nullable Executor executorFor(Execution execution) {
        if (stepper != null) {
            return null;
        }
        return execution.isVirtual() ? virtualThreads() : execution.executor();
    }

    private synchronized Executor virtualThreads() {
        ExecutorService present = virtual;
        if (present == null) {
            present = VirtualThreads.newExecutor(bus, "tokenring-" + busName + "-worker-");
            virtual = present;
        }
        return present;
    }

    /** On a stepped bus, has handlers handle what is waiting. */
    void stepUntilIdle() {
        if (stepper != null) {
            stepper.run();
        }
    }

    /** Ends the threads that are shared. */
    synchronized void close() {
        shared.values().forEach(Loop::close);
        ofPatterns.forEach(Loop::close);
        if (virtual != null) {
            virtual.shutdown();
        }
    }

    /** Waits for the shared threads to end. */
    void awaitEnd(long deadlineNs) throws InterruptedException {
        List<Loop> loops;
        ExecutorService workers;
        synchronized (this) {
            loops = new ArrayList<>(shared.values());
            loops.addAll(ofPatterns);
            workers = virtual;
        }
        for (Loop loop : loops) {
            loop.awaitEnd(deadlineNs);
        }
        if (workers != null) {
            workers.awaitTermination(Math.max(1, deadlineNs - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
    }
}

package dev.tokenring.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.tokenring.benchmarks.measure.Arguments;
import dev.tokenring.benchmarks.measure.Machine;
import dev.tokenring.bus.Bus;
import dev.tokenring.bus.Topic;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What a bus costs that has nothing to do, in percent of one core: first without a bus, then with one whose subscriptions,
 * each to a topic of its own and with a thread of its own, have had a message each and wait for the next. Everything is at
 * its default. The time of the Java threads alone is the bus's; the process has the JVM's compiler and collector as well.
 *
 * <pre>
 * java -jar benchmarks/target/benchmarks.jar idle --help
 * </pre>
 */
@Command(
        name = "idle",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "CPU time of a bus that has nothing to do.")
public final class IdleCost implements Callable<Integer> {
    private static final int SUBSCRIPTIONS = 100;

    @Option(names = "--subscriptions", description = "How many.", defaultValue = "100")
    private int subscriptions;

    @Option(names = "--seconds", description = "How long to look, each time.", defaultValue = "10")
    private int seconds;

    @Spec
    private @Nullable CommandSpec spec;

    /** To be filled by picocli. */
    public IdleCost() {}

    @Override
    public Integer call() throws InterruptedException {
        new Arguments(spec).atLeast(1, "--subscriptions", subscriptions).atLeast(1, "--seconds", seconds);
        System.out.println(Machine.here().describe());
        System.out.printf("%-20s %12s %12s%n", "% of one core", "Java threads", "process");
        measure(subscriptions, seconds);
        return 0;
    }

    /**
     * What the Java threads of a bus with nothing to do took, in percent of one core.
     *
     * @param subscriptions how many there were
     * @param withBus what was taken
     * @param withoutBus what was taken in the same JVM before there was a bus
     */
    public record Percent(int subscriptions, double withBus, double withoutBus) {}

    /**
     * Measures a hundred subscriptions.
     *
     * @param quick whether to look but briefly
     * @return what they take
     */
    public static Percent measure(boolean quick) {
        try {
            return measure(SUBSCRIPTIONS, quick ? 2 : 10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while nothing was done");
        }
    }

    private static Percent measure(int subscriptions, int seconds) throws InterruptedException {
        idle(1); // the JVM is still busy with its start
        Usage without = idle(seconds);
        print("no bus", without);
        try (Bus bus = Bus.open()) {
            var handled = new CountDownLatch(subscriptions);
            for (int i = 0; i < subscriptions; i++) {
                Topic<String> topic = Topic.of("idle." + i, String.class);
                bus.subscribe(topic, (message, context) -> handled.countDown());
                bus.publish(topic, "the only one");
            }
            if (!handled.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException(handled.getCount() + " messages were not handled");
            }
            idle(1); // until all have gone to sleep
            Usage with = idle(seconds);
            print(subscriptions + " subscriptions", with);
            return new Percent(subscriptions, with.javaThreadsPercent, without.javaThreadsPercent);
        }
    }

    /** The CPU time used so far. */
    private record CpuTime(long javaThreadsNs, long processNs) {
        private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
        private static final OperatingSystemMXBean PROCESS =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

        static CpuTime now() {
            long javaThreadsNs = LongStream.of(THREADS.getAllThreadIds())
                    .map(THREADS::getThreadCpuTime)
                    .filter(ns -> ns >= 0) // a thread that has ended meanwhile
                    .sum();
            return new CpuTime(javaThreadsNs, PROCESS.getProcessCpuTime());
        }
    }

    /** What was used of one core, in percent. */
    private record Usage(double javaThreadsPercent, double processPercent) {}

    /** Sleeps, and gives what the process used meanwhile. */
    private static Usage idle(int seconds) throws InterruptedException {
        long startNs = System.nanoTime();
        CpuTime start = CpuTime.now();
        Thread.sleep(TimeUnit.SECONDS.toMillis(seconds));
        CpuTime end = CpuTime.now();
        double nsPerPercent = (System.nanoTime() - startNs) / 100.0;
        return new Usage(
                (end.javaThreadsNs - start.javaThreadsNs) / nsPerPercent,
                (end.processNs - start.processNs) / nsPerPercent);
    }

    private static void print(String what, Usage usage) {
        System.out.printf("%-20s %12.3f %12.3f%n", what, usage.javaThreadsPercent, usage.processPercent);
    }
}

package dev.tokenring.benchmarks.latency;

import dev.tokenring.benchmarks.measure.Json;
import dev.tokenring.benchmarks.measure.Jvm;
import dev.tokenring.benchmarks.peer.Lane;
import dev.tokenring.benchmarks.peer.Lane.Message;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * One run of {@link LatencyAtRate}. The messages are made before, and their intended times follow from their numbers, so
 * nothing is allocated meanwhile. The handler checks that it gets them all and in order.
 */
final class LatencyRun implements Lane.Receiver {
    static final int BEHIND_MS = 20;

    private static final long MAX_LATENCY_NS = TimeUnit.MINUTES.toNanos(10);

    /** Enough for all threads to be there when the first message is due. */
    private static final long IN_A_MOMENT_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final long NS_PER_S = TimeUnit.SECONDS.toNanos(1);
    private static final int DISTINCT_MESSAGES = 1 << 16;

    private final Message[] messages = Message.numbered(DISTINCT_MESSAGES);
    private final Histogram latencies = new Histogram(MAX_LATENCY_NS, 3);
    private final CountDownLatch complete = new CountDownLatch(1);
    private final int ratePerS;
    private final long warmupCount;
    private final long totalCount;
    private final long lastCount;

    private long startNs; // written before the first message is published, read after it is received
    private long received;
    private long leastOfLastNs = Long.MAX_VALUE;

    private LatencyRun(Run run) {
        ratePerS = run.ratePerS();
        warmupCount = (long) ratePerS * run.warmupS();
        totalCount = warmupCount + (long) ratePerS * run.seconds();
        lastCount = totalCount - (long) ratePerS * run.seconds() / 100;
    }

    /** Measures in a new JVM. */
    static RunResult inJvmOfItsOwn(Run run) {
        return Jvm.run(LatencyRun.class, run, RunResult.class);
    }

    /**
     * Measures, and prints the result for the JVM that started this one.
     *
     * @param args a {@link Run} as JSON
     */
    public static void main(String[] args) throws InterruptedException {
        Run planned = Json.parse(args[0], Run.class);
        var run = new LatencyRun(planned);
        try (Lane lane = planned.peer().open(planned.waitStrategy(), run);
                var hiccups = Hiccups.startToCountFrom(run.schedule())) {
            run.publishTo(lane);
            System.out.println(Json.line(run.result(hiccups.stop())));
        }
        System.exit(0); // some peers leave threads behind
    }

    /**
     * Decides when each message is due.
     *
     * @return when the first is that counts
     */
    private long schedule() {
        startNs = System.nanoTime() + IN_A_MOMENT_NS;
        return intendedNs(warmupCount);
    }

    private void publishTo(Lane lane) throws InterruptedException {
        for (long i = 0; i < totalCount; i++) {
            long intendedNs = intendedNs(i);
            while (System.nanoTime() < intendedNs) {
                Thread.onSpinWait();
            }
            lane.publish(message(i));
        }
        if (!complete.await(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the handler did not get all " + totalCount + " messages");
        }
    }

    @Override
    public void receive(Message message) {
        long latencyNs = System.nanoTime() - intendedNs(received);
        if (message.value() != message(received).value()) {
            throw new IllegalStateException("message " + received + " is " + message);
        }
        if (received >= warmupCount) {
            latencies.recordValue(latencyNs);
        }
        if (received >= lastCount) {
            leastOfLastNs = Math.min(leastOfLastNs, latencyNs);
        }
        received++;
        if (received == totalCount) {
            complete.countDown();
        }
    }

    private long intendedNs(long i) {
        return startNs + i * NS_PER_S / ratePerS;
    }

    private Message message(long i) {
        return messages[(int) (i & (DISTINCT_MESSAGES - 1))];
    }

    private RunResult result(Percentiles hiccups) {
        boolean sustained = leastOfLastNs < TimeUnit.MILLISECONDS.toNanos(BEHIND_MS);
        return new RunResult(Percentiles.of(latencies), hiccups, sustained);
    }
}

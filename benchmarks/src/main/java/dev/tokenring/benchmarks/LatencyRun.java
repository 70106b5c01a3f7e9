package dev.tokenring.benchmarks;

import dev.tokenring.benchmarks.Lane.Message;
import dev.tokenring.bus.WaitStrategy;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * One run of {@link LatencyAtRate}. The messages are made before, and their intended times follow from their numbers, so
 * nothing is allocated meanwhile. The handler checks that it gets them all and in order.
 */
final class LatencyRun implements Lane.Receiver {
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99, 100};
    private static final long MAX_LATENCY_NS = TimeUnit.MINUTES.toNanos(10);
    private static final long NS_PER_S = TimeUnit.SECONDS.toNanos(1);
    private static final int DISTINCT_MESSAGES = 1 << 16;

    private final Message[] messages = Message.numbered(DISTINCT_MESSAGES);
    private final Histogram latencies = new Histogram(MAX_LATENCY_NS, 3);
    private final CountDownLatch complete = new CountDownLatch(1);
    private final int ratePerS;
    private final long warmupCount;
    private final long totalCount;

    private long startNs; // written before the first message is published, read after it is received
    private long received;

    /**
     * What a run found.
     *
     * @param latenciesNs at 50, 90, 99, 99.9, 99.99 and 100 percent
     */
    record Result(List<Long> latenciesNs) {
        /** Takes the median of the results, percentile by percentile. */
        static Result median(List<Result> results) {
            return new Result(IntStream.range(0, PERCENTILES.length)
                    .mapToObj(i -> results.stream()
                            .map(result -> result.latenciesNs.get(i))
                            .sorted()
                            .toList()
                            .get(results.size() / 2))
                    .toList());
        }

        private static Result parse(String line) {
            return new Result(Arrays.stream(line.split(" ")).map(Long::valueOf).toList());
        }

        private String print() {
            return latenciesNs.stream().map(String::valueOf).collect(Collectors.joining(" "));
        }
    }

    private LatencyRun(int ratePerS, int warmupSeconds, int seconds) {
        this.ratePerS = ratePerS;
        warmupCount = (long) ratePerS * warmupSeconds;
        totalCount = warmupCount + (long) ratePerS * seconds;
    }

    /** Measures in a new JVM with the class path and the flags of this one. */
    static Result inJvmOfItsOwn(Peer peer, WaitStrategy waitStrategy, int ratePerS, int warmupSeconds, int seconds)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), LatencyRun.class.getName()));
        Stream.of(peer, waitStrategy, ratePerS, warmupSeconds, seconds)
                .map(String::valueOf)
                .forEach(command::add);
        Process jvm =
                new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
        String line;
        try (BufferedReader output = jvm.inputReader()) {
            line = output.readLine();
        }
        int status = jvm.waitFor();
        if (status != 0 || line == null) {
            throw new IllegalStateException("the run ended with status " + status + ": " + String.join(" ", command));
        }
        return Result.parse(line);
    }

    /**
     * Measures, and prints the result for the JVM that started this one.
     *
     * @param args peer, wait strategy, rate per second, seconds of warm-up, seconds of measurement
     */
    public static void main(String[] args) throws InterruptedException {
        var run = new LatencyRun(Integer.parseInt(args[2]), Integer.parseInt(args[3]), Integer.parseInt(args[4]));
        try (Lane lane = Peer.valueOf(args[0]).open(WaitStrategy.valueOf(args[1]), run)) {
            run.publishTo(lane);
        }
        System.out.println(run.result().print());
    }

    private void publishTo(Lane lane) throws InterruptedException {
        startNs = System.nanoTime();
        for (long i = 0; i < totalCount; i++) {
            long intendedNs = intendedNs(i);
            while (System.nanoTime() < intendedNs) {
                Thread.onSpinWait();
            }
            lane.publish(message(i));
        }
        if (!complete.await(30, TimeUnit.SECONDS)) {
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

    private Result result() {
        return new Result(Arrays.stream(PERCENTILES)
                .mapToObj(latencies::getValueAtPercentile)
                .toList());
    }
}

package dev.tokenring.benchmarks;

import dev.tokenring.benchmarks.LatencyRun.Result;
import dev.tokenring.bus.WaitStrategy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How long messages take from one thread to one handler when they come at a fixed rate, beside the Disruptor by hand.
 *
 * <pre>
 *   +-----------+  one message   +--------------+      +---------+      +-----------+
 *   | publisher |---------------&gt;| ring of 1024 |-----&gt;| handler |-----&gt;| histogram |
 *   +-----------+   a period     +--------------+      +---------+      +-----------+
 * </pre>
 *
 * <p>A latency counts from the instant at which the message was to be published by the rate, not from when it was: if
 * anything holds up the publisher, all messages that came too late because of it show it (coordinated omission). Each
 * {@linkplain LatencyRun run} has a JVM of its own; the peers take turns, every other time in the opposite order.
 *
 * <pre>
 * java -cp benchmarks/target/benchmarks.jar dev.tokenring.benchmarks.LatencyAtRate --help
 * </pre>
 */
@Command(
        name = "LatencyAtRate",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Latency percentiles at fixed rates: the bus beside the Disruptor by hand, or beside any peer.")
public final class LatencyAtRate implements Callable<Integer> {
    private static final String ROW = "%-21s %-10s %9s %7s %9s %9s %9s %9s %9s %11s%n";

    @Option(
            names = "--peers",
            split = ",",
            description = "Who carries the messages: ${COMPLETION-CANDIDATES}.",
            defaultValue = "TOKENRING,DISRUPTOR")
    private List<Peer> peers = List.of();

    @Option(names = "--rates", split = ",", description = "Messages per second.", defaultValue = "100000,1000000")
    private List<Integer> rates = List.of();

    @Option(
            names = "--wait",
            split = ",",
            description = "Wait strategies: ${COMPLETION-CANDIDATES}.",
            defaultValue = "ADAPTIVE,YIELDING,BUSY_SPIN")
    private List<WaitStrategy> waitStrategies = List.of();

    @Option(names = "--runs", description = "JVMs for each peer, rate and wait strategy.", defaultValue = "3")
    private int runs;

    @Option(names = "--warmup", description = "Seconds before the measurement of each run.", defaultValue = "5")
    private int warmupSeconds;

    @Option(names = "--seconds", description = "Seconds of each measurement.", defaultValue = "10")
    private int seconds;

    private LatencyAtRate() {}

    /**
     * Measures.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new LatencyAtRate()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        System.out.println(Machine.description());
        System.out.println("microseconds from the intended time of publishing to the handler");
        System.out.printf(ROW, "peer", "wait", "rate/s", "run", "p50", "p90", "p99", "p99.9", "p99.99", "max");
        for (int rate : rates) {
            for (WaitStrategy waitStrategy : waitStrategies) {
                compare(waitStrategy, rate);
            }
        }
        return 0;
    }

    private void compare(WaitStrategy waitStrategy, int rate) throws IOException, InterruptedException {
        Map<Peer, List<Result>> results = new EnumMap<>(Peer.class);
        List<Peer> turns = new ArrayList<>(peers);
        for (int run = 1; run <= runs; run++) {
            for (Peer peer : turns) {
                Result result = LatencyRun.inJvmOfItsOwn(peer, waitStrategy, rate, warmupSeconds, seconds);
                results.computeIfAbsent(peer, first -> new ArrayList<>()).add(result);
                print(peer, waitStrategy, rate, Integer.toString(run), result);
            }
            Collections.reverse(turns);
        }
        results.forEach((peer, all) -> print(peer, waitStrategy, rate, "median", Result.median(all)));
    }

    private static void print(Peer peer, WaitStrategy waitStrategy, int rate, String run, Result result) {
        List<Object> row = new ArrayList<>(List.of(peer, waitStrategy, rate, run));
        result.latenciesNs().forEach(latencyNs -> row.add("%.2f".formatted(latencyNs / 1000.0)));
        System.out.printf(ROW, row.toArray());
    }
}

package dev.tokenring.benchmarks.latency;

import static java.util.Objects.requireNonNull;

import dev.tokenring.benchmarks.measure.Arguments;
import dev.tokenring.benchmarks.measure.Json;
import dev.tokenring.benchmarks.measure.Machine;
import dev.tokenring.benchmarks.peer.Peer;
import dev.tokenring.bus.WaitStrategy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

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
 * java -jar benchmarks/target/benchmarks.jar latency --help
 * </pre>
 */
@Command(
        name = "latency",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Latency percentiles at fixed rates: the bus beside the Disruptor by hand, or beside any peer.")
public final class LatencyAtRate implements Callable<Integer> {
    private static final String ROW = "%-21s %-10s %11s %9s %9s %9s %9s %9s %11s%n";

    @Option(
            names = "--peers",
            split = ",",
            description = "Who carries the messages: ${COMPLETION-CANDIDATES}.",
            defaultValue = "TOKENRING,DISRUPTOR")
    private List<Peer> peers = List.of();

    @Option(
            names = "--rates",
            split = ",",
            paramLabel = "RATE",
            description = "Messages per second; or percent of the highest rate that the slowest peer sustains, which is"
                    + " then searched for first.",
            defaultValue = "100000,1000000,50%")
    private List<String> rates = List.of();

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

    @Option(names = "--json", paramLabel = "FILE", description = "Writes what was found to this file too.")
    private @Nullable Path json;

    @Spec
    private @Nullable CommandSpec spec;

    /** To be filled by picocli. */
    public LatencyAtRate() {}

    @Override
    public Integer call() {
        new Arguments(spec)
                .atLeast(1, "--runs", runs)
                .atLeast(0, "--warmup", warmupSeconds)
                .atLeast(1, "--seconds", seconds)
                .file("--json", json);
        List<Rate> wanted = parsedRates();
        System.out.println(Machine.here().describe());
        System.out.println("microseconds from the intended time of publishing to the handler, the median of " + runs
                + " JVMs; beneath, the hiccups of the machine meanwhile");
        System.out.printf(ROW, "peer", "wait", "rate/s", "p50", "p90", "p99", "p99.9", "p99.99", "max");
        var latencies = new Latencies(peers, runs, warmupSeconds, seconds, LatencyRun::inJvmOfItsOwn);
        List<LatencyResult> found = new ArrayList<>();
        for (WaitStrategy waitStrategy : waitStrategies) {
            int highest = 0;
            if (wanted.stream().anyMatch(Rate::relative)) {
                highest = latencies.highestSustained(waitStrategy);
                System.out.printf("%s: all sustain %,d/s%n", waitStrategy, highest);
            }
            for (Rate rate : wanted) {
                List<LatencyResult> results = latencies.at(rate.perS(highest), waitStrategy, highest);
                results.forEach(LatencyAtRate::print);
                found.addAll(results);
            }
        }
        if (json != null) {
            Json.write(json, found);
        }
        return 0;
    }

    /**
     * Measures the bus beside the Disruptor by hand, both with the bus's default way to wait: at two rates that anybody can
     * relate to, and at half of the highest that both sustain.
     *
     * @param quick whether to measure once and briefly
     * @return one result for each peer and rate
     */
    public static List<LatencyResult> measure(boolean quick) {
        var latencies = new Latencies(
                List.of(Peer.TOKENRING, Peer.DISRUPTOR),
                quick ? 1 : 3,
                quick ? 1 : 3,
                quick ? 2 : 8,
                LatencyRun::inJvmOfItsOwn);
        int highest = latencies.highestSustained(WaitStrategy.ADAPTIVE);
        return Stream.of(100_000, 1_000_000, highest / 2)
                .distinct()
                .flatMap(rate -> latencies.at(rate, WaitStrategy.ADAPTIVE, highest).stream())
                .peek(LatencyAtRate::print)
                .toList();
    }

    private List<Rate> parsedRates() {
        try {
            return rates.stream().map(Rate::parse).toList();
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(requireNonNull(spec).commandLine(), wrong.getMessage(), wrong);
        }
    }

    private static void print(LatencyResult result) {
        print(
                result.peer(),
                result.waitStrategy(),
                result.sustained() ? "%,d".formatted(result.ratePerS()) : "not kept up",
                result.latencies().median());
        print("  hiccups", "", "", result.hiccups().median());
    }

    private static void print(Object peer, Object waitStrategy, String rate, Percentiles percentiles) {
        List<Object> row = new ArrayList<>(List.of(peer, waitStrategy, rate));
        percentiles.micros().values().forEach(micros -> row.add("%.2f".formatted(micros)));
        System.out.printf(ROW, row.toArray());
    }
}

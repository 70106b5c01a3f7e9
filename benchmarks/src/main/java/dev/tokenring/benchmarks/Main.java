package dev.tokenring.benchmarks;

import dev.tokenring.benchmarks.generation.Perplexity;
import dev.tokenring.benchmarks.generation.sweep.GenerationSweep;
import dev.tokenring.benchmarks.latency.LatencyAtRate;
import dev.tokenring.benchmarks.ratio.Ratios;
import dev.tokenring.benchmarks.report.Report;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;

/**
 * The jar's command line. The first word may be a command of our own; everything else is JMH's.
 *
 * <pre>
 * java -jar benchmarks/target/benchmarks.jar ratios --help
 * java -jar benchmarks/target/benchmarks.jar latency --help
 * java -jar benchmarks/target/benchmarks.jar sweep --help
 * java -jar benchmarks/target/benchmarks.jar report --help
 * java -jar benchmarks/target/benchmarks.jar -h
 * </pre>
 */
public final class Main {
    private static final Map<String, Supplier<Callable<Integer>>> COMMANDS = Map.of(
            "ratios", Ratios::new,
            "latency", LatencyAtRate::new,
            "sweep", GenerationSweep::new,
            "idle", IdleCost::new,
            "perplexity", Perplexity::new,
            "report", Report::new);

    private Main() {}

    /**
     * Runs a command.
     *
     * @param args the command and its options, or JMH's
     * @throws IOException if JMH can't write what it was told to write
     */
    public static void main(String[] args) throws IOException {
        Supplier<Callable<Integer>> command = args.length == 0 ? null : COMMANDS.get(args[0]);
        if (command == null) {
            org.openjdk.jmh.Main.main(args);
        } else {
            String[] options = Arrays.copyOfRange(args, 1, args.length);
            System.exit(new CommandLine(command.get()).execute(options));
        }
    }
}

package dev.tokenring.benchmarks;

import dev.tokenring.benchmarks.generation.Perplexity;
import dev.tokenring.benchmarks.generation.sweep.GenerationSweep;
import dev.tokenring.benchmarks.latency.LatencyAtRate;
import dev.tokenring.benchmarks.ratio.Ratios;
import dev.tokenring.benchmarks.report.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
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
 *
 * <p>A command of ours ends with 0 if all is well, with 1 if a ratio is worse than it may be, with 2 after a wrong option, and
 * with 3 if it failed, because a message was lost, for example: so a script can tell what is slow from what is broken.
 */
public final class Main {
    private static final int FAILED = 3;

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
            org.openjdk.jmh.Main.main(withFailuresThatCount(args));
        } else {
            String[] options = Arrays.copyOfRange(args, 1, args.length);
            System.exit(execute(new CommandLine(command.get()), options));
        }
    }

    /** Runs a command of ours, and gives the status to end with. */
    static int execute(CommandLine command, String... options) {
        command.setExecutionExceptionHandler((failure, failed, parsed) -> tell(failure, failed));
        try {
            return command.execute(options);
        } catch (Error failure) { // picocli handles exceptions only, and the JVM would end with 1
            return tell(failure, command);
        }
    }

    private static int tell(Throwable failure, CommandLine command) {
        PrintWriter errors = command.getErr();
        String why = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
        errors.println(
                command.getCommandName() + " failed: " + failure.getClass().getSimpleName() + ": " + why);
        failure.printStackTrace(errors);
        errors.flush();
        return FAILED;
    }

    /** JMH's options so that a wrong answer fails the run, unless they say themselves whether it does. */
    static String[] withFailuresThatCount(String... args) {
        try {
            if (new CommandLineOptions(args).shouldFailOnError().hasValue()) {
                return args;
            }
        } catch (CommandLineOptionException wrong) {
            return args; // JMH says what is wrong with them
        }
        return Stream.concat(Stream.of("-foe", "true"), Arrays.stream(args)).toArray(String[]::new);
    }
}

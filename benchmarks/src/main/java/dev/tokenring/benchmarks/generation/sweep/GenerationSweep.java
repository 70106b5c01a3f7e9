package dev.tokenring.benchmarks.generation.sweep;

import dev.tokenring.benchmarks.generation.GenerationModel;
import dev.tokenring.benchmarks.measure.Arguments;
import dev.tokenring.benchmarks.measure.Figure;
import dev.tokenring.benchmarks.measure.Json;
import dev.tokenring.benchmarks.measure.Machine;
import dev.tokenring.llm.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What users of a language model see at more and more requests a second, by {@linkplain Policy who is answered together with
 * whom}: when the first token comes, how long each further one takes, and how many tokens come in time to be of use.
 *
 * <pre>
 *                       every 1/rate s                              1..16 together
 *   +-----------------+                +----------------+  policy  +--------------+
 *   | people who know |--------------&gt;| service on bus |---------&gt;| engine and   |
 *   | nothing of each |&lt;- - - - - - - |                |&lt;- - - - -| model        |
 *   | other           |  token, token, +----------------+          +--------------+
 *   +-----------------+  … or TURNED AWAY, or TOO LATE
 * </pre>
 *
 * <p>The rates are multiples of what is answered one at a time on this machine, which is measured first, and so are the limits
 * to what is good enough. All policies get the same requests at the same times. They come whether the model keeps up or not,
 * and times count from when a request was to be made (coordinated omission). Each answer is checked: it has as many tokens as
 * were wanted, or the request was turned away or its deadline passed, and is counted as such. Each round has a JVM of its own,
 * in which policies and rates take turns, every other time in the opposite order.
 *
 * <pre>
 * java -jar benchmarks/target/benchmarks.jar sweep --help
 * </pre>
 */
@Command(
        name = "sweep",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description =
                "A language model at more and more requests a second: one at a time, in static batches, in continuous"
                        + " ones. About three minutes with the house model.")
public final class GenerationSweep implements Callable<Integer> {
    private static final String ROW = "%-19s %6s %8s %9s %9s %9s %9s %9s %9s %6s %6s %6s%n";
    private static final List<Double> TIMES = List.of(0.5, 1.0, 2.0, 4.0, 8.0);
    private static final double ANSWERS_TO_FIRST_TOKEN = 5;
    private static final double ANSWERS_TO_END = 10;

    @Option(
            names = "--model",
            description = "${COMPLETION-CANDIDATES}; larger ones want more --seconds.",
            defaultValue = "HOUSE")
    private GenerationModel model = GenerationModel.HOUSE;

    @Option(names = "--precision", description = "${COMPLETION-CANDIDATES}.", defaultValue = "FP32")
    private Precision precision = Precision.FP32;

    @Option(
            names = "--times",
            split = ",",
            description = "The rates, as multiples of what is answered one at a time.",
            defaultValue = "0.5,1,2,4,8")
    private List<Double> times = TIMES;

    @Option(names = "--spacing", description = "How requests come: ${COMPLETION-CANDIDATES}.", defaultValue = "POISSON")
    private Spacing spacing = Spacing.POISSON;

    @Option(names = "--seed", description = "What requests are drawn from.", defaultValue = "1")
    private long seed = 1;

    @Option(
            names = "--seconds",
            description = "For how long at each rate, for each policy; or up to twice as long, until 40 requests came.",
            defaultValue = "2")
    private int seconds = 2;

    @Option(names = "--rounds", description = "JVMs.", defaultValue = "3")
    private int rounds = 3;

    @Option(
            names = "--first-token",
            paramLabel = "ANSWERS",
            description = "The first token is in time if it takes no longer than so many answers, one at a time.",
            defaultValue = "5")
    private double answersToFirstToken = ANSWERS_TO_FIRST_TOKEN;

    @Option(
            names = "--deadline",
            paramLabel = "ANSWERS",
            description = "An answer is in time if it takes no longer than so many, one at a time.",
            defaultValue = "10")
    private double answersToEnd = ANSWERS_TO_END;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes what was found to this file too.")
    private @Nullable Path json;

    @Spec
    private @Nullable CommandSpec spec;

    /** To be filled by picocli. */
    public GenerationSweep() {}

    @Override
    public Integer call() {
        var arguments = new Arguments(spec)
                .atLeast(1, "--seconds", seconds)
                .atLeast(1, "--rounds", rounds)
                .multiple("--first-token", answersToFirstToken)
                .multiple("--deadline", answersToEnd)
                .file("--json", json);
        times.forEach(each -> arguments.multiple("--times", each));
        System.out.println(Machine.here().describe());
        SweepResult found = measure();
        if (json != null) {
            Json.write(json, found);
        }
        return 0;
    }

    /**
     * Measures the house model with the usual options.
     *
     * @param quick whether to measure once and briefly
     */
    public static SweepResult measure(boolean quick) {
        var sweep = new GenerationSweep();
        sweep.seconds = quick ? 1 : 2;
        sweep.rounds = quick ? 1 : 3;
        return sweep.measure();
    }

    private SweepResult measure() {
        var plan = new Plan(
                model,
                precision,
                times,
                0,
                new Workload(spacing, seed),
                seconds,
                answersToFirstToken,
                answersToEnd,
                false);
        List<Round> found = new ArrayList<>();
        Plan next = plan;
        for (int round = 0; round < rounds; round++) {
            found.add(SweepRun.inJvmOfItsOwn(next));
            next = plan.again(found.get(0).answersPerS(), round % 2 == 0);
        }
        SweepResult result = SweepResult.of(plan, found);
        print(result, rounds);
        return result;
    }

    private static void print(SweepResult result, int rounds) {
        System.out.printf(
                "%s, %s: %.2f answers/s one at a time; good enough is a first token in %.0f ms and an end in %.0f ms;"
                        + " the median of %d JVMs%n",
                result.model(),
                result.precision(),
                result.answersPerS(),
                result.limits().firstTokenMs(),
                result.limits().answerMs(),
                rounds);
        System.out.printf(ROW, "", "", "", "first", "token ms", "token", "ms", "", "", "", "turned", "too");
        System.out.printf(
                ROW,
                "policy",
                "times",
                "rate/s",
                "p50",
                "p99",
                "p50",
                "p99",
                "tokens/s",
                "goodput",
                "asked",
                "away",
                "late");
        for (SweepPoint point : result.points()) {
            System.out.printf(
                    ROW,
                    point.policy().inWords(),
                    point.times(),
                    "%.1f".formatted(point.ratePerS()),
                    median(point, "%.1f", Served::firstTokenP50Ms),
                    median(point, "%.1f", Served::firstTokenP99Ms),
                    median(point, "%.2f", Served::perTokenP50Ms),
                    median(point, "%.2f", Served::perTokenP99Ms),
                    median(point, "%.0f", Served::tokensPerS),
                    median(point, "%.0f", Served::goodput),
                    median(point, "%.0f", Served::requests),
                    median(point, "%.0f", Served::turnedAway),
                    median(point, "%.0f", Served::tooLate));
        }
    }

    private static String median(SweepPoint point, String format, ToDoubleFunction<Served> value) {
        return format.formatted(
                Figure.median(point.rounds().stream().map(value::applyAsDouble).toList()));
    }
}

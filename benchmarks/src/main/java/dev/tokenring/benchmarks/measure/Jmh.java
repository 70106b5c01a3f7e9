package dev.tokenring.benchmarks.measure;

import java.util.Collection;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs settings. */
public final class Jmh {
    private static final String PACKAGE = "dev.tokenring.benchmarks";

    private Jmh() {}

    /**
     * Runs a setting in one new JVM.
     *
     * @param setting what to run
     * @param effort for how long
     * @return the value of its metric
     * @throws IllegalStateException if there is no such benchmark, or if it failed: a wrong answer is a failure
     */
    public static double run(Setting setting, Effort effort) {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + (PACKAGE + "." + setting.benchmark()).replace(".", "\\.") + "\\.\\w+$")
                .forks(1)
                .warmupIterations(effort.warmups())
                .warmupTime(TimeValue.milliseconds(effort.warmup().toMillis()))
                .measurementIterations(effort.measurements())
                .measurementTime(TimeValue.milliseconds(effort.measurement().toMillis()))
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true);
        setting.params().forEach(options::param);
        setting.metric().prepare(options);
        try {
            Collection<RunResult> results = new Runner(options.build()).run();
            if (results.size() != 1) {
                throw new IllegalStateException(
                        setting + " gives " + results.size() + " results: it has to name one benchmark");
            }
            return setting.metric().of(results.iterator().next());
        } catch (RunnerException failed) {
            throw new IllegalStateException(setting + " could not be run", failed);
        }
    }
}

package dev.tokenring.benchmarks.report;

import dev.tokenring.benchmarks.measure.Figure;
import dev.tokenring.benchmarks.measure.Setting;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;

/**
 * Measures settings round by round: each of them once in a new JVM, then each of them again, every other time in the
 * opposite order. So what the machine does meanwhile meets all alike.
 */
final class Rounds {
    private final ToIntFunction<Setting> rounds;
    private final ToDoubleFunction<Setting> runner;

    /**
     * Prepares for measuring.
     *
     * @param rounds how many JVMs a setting takes: fewer, where each takes long
     * @param runner gives the value of one new JVM
     */
    Rounds(ToIntFunction<Setting> rounds, ToDoubleFunction<Setting> runner) {
        this.rounds = rounds;
        this.runner = runner;
    }

    /** Measures settings; one that is named twice is measured as if once. */
    List<Figure> measure(List<Setting> settings) {
        Map<Setting, List<Double>> samples = new LinkedHashMap<>();
        List<Setting> order = new ArrayList<>(new LinkedHashSet<>(settings));
        for (int round = 0; round < mostRounds(order); round++) {
            for (Setting setting : order) {
                if (round >= rounds.applyAsInt(setting)) {
                    continue;
                }
                samples.computeIfAbsent(setting, first -> new ArrayList<>()).add(runner.applyAsDouble(setting));
            }
            Collections.reverse(order);
        }
        return samples.entrySet().stream()
                .map(measured -> new Figure(measured.getKey(), measured.getValue()))
                .toList();
    }

    private int mostRounds(List<Setting> settings) {
        return settings.stream().mapToInt(rounds).max().orElse(0);
    }
}

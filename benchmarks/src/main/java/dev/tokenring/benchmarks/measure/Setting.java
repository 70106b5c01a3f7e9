package dev.tokenring.benchmarks.measure;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One benchmark with its parameters, and what of it counts.
 *
 * @param benchmark the simple name of the benchmark's class, such as {@code PublishByReference}
 * @param params the values of its {@code @Param} fields that are not left at their defaults
 * @param metric what counts
 */
public record Setting(String benchmark, SortedMap<String, String> params, Metric metric) {
    /**
     * Names a setting.
     *
     * @param benchmark the class with the one benchmark method
     * @param metric what counts
     * @param params names and values in turn; enum constants and numbers may be given as they are
     */
    public static Setting of(Class<?> benchmark, Metric metric, Object... params) {
        SortedMap<String, String> named = new TreeMap<>();
        for (int i = 0; i < params.length; i += 2) {
            named.put(params[i].toString(), params[i + 1].toString());
        }
        return new Setting(benchmark.getSimpleName(), named, metric);
    }

    /**
     * The same with one more parameter.
     *
     * @param param the name of a {@code @Param} field
     * @param value an enum constant or a number
     */
    public Setting with(String param, Object value) {
        SortedMap<String, String> more = new TreeMap<>(params);
        more.put(param, value.toString());
        return new Setting(benchmark, more, metric);
    }

    /** The parameters in one line, such as {@code peer=TOKENRING, waitStrategy=YIELDING}. */
    public String describeParams() {
        return params.entrySet().stream().map(Map.Entry::toString).collect(Collectors.joining(", "));
    }
}

package dev.tokenring.benchmarks.report;

import dev.tokenring.benchmarks.measure.Metric;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Our latencies beside the Disruptor's at the same rate.
 *
 * @param ours how long messages take through the bus
 * @param theirs how long they take through the Disruptor
 */
record LatencyDuel(Latency ours, Latency theirs) {
    /** Beyond this percentile, what each message costs is not what decides. */
    private static final double USUAL = 90;

    /** Much more than all instructions of ours for one message can take. */
    private static final double MOST_WORK_MICROS = 1;

    /** By how many times as long as usual a message takes that met a stall. */
    private static final double STALL = 10;

    private static final String WORK =
            "For each message it asks what it would not have to if its handler could never be"
                    + " stopped or replaced; and where messages come alone, nothing makes up for that.";

    private static final String STALLS =
            "That is more than ten times as long as it usually takes: what is seen there are"
                    + " stalls, in which a thread does not run or is not woken yet and all messages wait that are due meanwhile; not"
                    + " the work for each message. Whose stalls they are is not measured.";

    /** Where theirs are shorter, and what is known about why. */
    String losses() {
        Map<String, List<String>> byReason = new LinkedHashMap<>();
        List<String> byChance = new ArrayList<>();
        for (double percentile : ours.microsAtPercentile().keySet()) {
            if (!theirs.microsAtPercentile().containsKey(percentile)
                    || ours.microsAt(percentile) <= theirs.microsAt(percentile)) {
                continue;
            }
            String longer = "%s (%s times)"
                    .formatted(
                            Latencies.nameOf(percentile),
                            Metric.print(ours.microsAt(percentile) / theirs.microsAt(percentile)));
            if (rangesOverlap(percentile)) {
                byChance.add(longer);
            } else {
                byReason.computeIfAbsent(reason(percentile), reason -> new ArrayList<>())
                        .add(longer);
            }
        }
        String lost = byReason.isEmpty()
                ? "Nowhere, in this chart and on this machine."
                : byReason.entrySet().stream()
                        .map(losses -> "Tokenring takes longer than the Disruptor by hand at "
                                + String.join(", ", losses.getValue()) + ". " + losses.getKey())
                        .collect(Collectors.joining("\n\n"));
        String unknown = byReason.isEmpty() || hasRanges()
                ? ""
                : " How far the runs lay apart was not kept, so it may be by chance.";
        String maybe = byChance.isEmpty()
                ? ""
                : " The median is longer at " + String.join(", ", byChance)
                        + ", but the ranges of the runs overlap there, so it may be by chance.";
        return lost + unknown + maybe;
    }

    private String reason(double percentile) {
        double usual = ours.microsAt(ours.microsAtPercentile().firstKey());
        if (percentile <= USUAL && ours.microsAt(percentile) - theirs.microsAt(percentile) < MOST_WORK_MICROS) {
            return WORK;
        }
        return ours.microsAt(percentile) > STALL * usual ? STALLS : "Why is not known yet.";
    }

    private boolean rangesOverlap(double percentile) {
        return hasRanges()
                && ours.lowAt(percentile) <= theirs.highAt(percentile)
                && theirs.lowAt(percentile) <= ours.highAt(percentile);
    }

    private boolean hasRanges() {
        return ours.hasRange() && theirs.hasRange();
    }
}

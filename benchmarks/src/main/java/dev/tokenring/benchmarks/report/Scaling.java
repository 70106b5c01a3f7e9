package dev.tokenring.benchmarks.report;

import static dev.tokenring.benchmarks.measure.Metric.MEDIAN_TIME;
import static dev.tokenring.benchmarks.measure.Metric.THROUGHPUT;

import dev.tokenring.benchmarks.Broadcast;
import dev.tokenring.benchmarks.RoundTrip;
import dev.tokenring.benchmarks.measure.Figure;
import dev.tokenring.benchmarks.measure.Metric;
import dev.tokenring.benchmarks.measure.Setting;
import dev.tokenring.benchmarks.peer.Peer;
import dev.tokenring.benchmarks.peer.RoundTripPeer;
import dev.tokenring.bus.WaitStrategy;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What to expect of machines with more cores than the one that was measured: a model of four numbers, fitted to the
 * measurements. It is fitted three times: to the quickest that was measured of each figure, to the medians and to the slowest, so
 * that what it predicts is a range.
 *
 * @param quickest fitted to the best value of each figure
 * @param median fitted to the medians
 * @param slowest fitted to the worst value of each figure
 * @param fit how well the straight line of the medians fits
 */
record Scaling(Costs quickest, Costs median, Costs slowest, Fit fit) {
    /** References in a cache line. */
    private static final int REFERENCES = 16;

    /**
     * How often a cache line changes cores, one after the other, while one asks over a ring by hand and gets the reply over
     * another: the mark that a slot is published and the slot, there and back.
     */
    private static final int LINES_OF_ROUND_TRIP = 4;

    private static final List<Integer> CORES = List.of(4, 16, 64);
    private static final List<Integer> SHARED = List.of(2, 4, 8);

    /**
     * The model.
     *
     * @param pairNs what a message takes with one publisher and one subscription, each on a core of its own
     * @param lineNs how long a cache line takes from one core to another
     * @param readerNs what each subscription costs for a message, in time of a core, where threads share cores
     * @param restNs what all else costs then
     */
    record Costs(double pairNs, double lineNs, double readerNs, double restNs) {
        /** Million messages/s if further subscriptions cost most, with so many of one topic. */
        double leastOfSubscriptions(int subscriptions, int cores) {
            double apart = pairNs + (subscriptions - 1) * lineNs / REFERENCES;
            return 1000 / Math.max(apart, sharedNs(subscriptions, cores));
        }

        /** Million messages/s if further subscriptions cost nothing. */
        double mostOfSubscriptions(int subscriptions, int cores) {
            return 1000 / Math.max(pairNs, sharedNs(subscriptions, cores));
        }

        private double sharedNs(int subscriptions, int cores) {
            return subscriptions + 1 <= cores ? 0 : ofACoreNs(subscriptions) / cores;
        }

        /** Time of a core for a message, where threads share cores. */
        double ofACoreNs(int subscriptions) {
            return restNs + readerNs * subscriptions;
        }

        /** Million messages/s over topics that have nothing in common, each with a publisher and a subscription. */
        double ofTopics(int cores) {
            return cores / 2 * 1000 / pairNs;
        }

        /** Million messages/s from any number of publishers, each on a core of its own, to one topic. */
        double ofPublishers() {
            return 1000 / lineNs;
        }
    }

    /**
     * What is left between the straight line and the points that it was laid through, in time of a core for a message.
     *
     * @param processors of the machine that was measured
     * @param residualsNs the measured less the line, for each number of handlers in turn
     * @param oneNs what was measured with one handler, which does not share its core
     */
    record Fit(int processors, List<Double> residualsNs, double oneNs) {}

    /** Fits the model; nothing if not all of it was measured. */
    static Optional<Scaling> of(Results results) {
        Optional<Figure> pair = results.of(broadcast(1));
        Optional<Figure> roundTrip = results.of(Setting.of(
                RoundTrip.class,
                MEDIAN_TIME,
                "peer",
                RoundTripPeer.DISRUPTOR_TWO_RINGS_SPIN,
                "waitStrategy",
                WaitStrategy.BUSY_SPIN));
        List<Figure> shared = SHARED.stream()
                .flatMap(readers -> results.of(broadcast(readers)).stream())
                .toList();
        if (pair.isEmpty() || roundTrip.isEmpty() || shared.size() < SHARED.size()) {
            return Optional.empty();
        }
        int cores = results.machine().processors();
        Costs median = fit(pair.get(), roundTrip.get(), shared, cores, Figure::median, Figure::median);
        List<Double> residualsNs = IntStream.range(0, SHARED.size())
                .mapToObj(i -> nsOf(shared.get(i).median()) * cores - median.ofACoreNs(SHARED.get(i)))
                .toList();
        return Optional.of(new Scaling(
                fit(pair.get(), roundTrip.get(), shared, cores, Figure::high, Figure::low),
                median,
                fit(pair.get(), roundTrip.get(), shared, cores, Figure::low, Figure::high),
                new Fit(cores, residualsNs, nsOf(pair.get().median()) * cores)));
    }

    private static Costs fit(
            Figure pair,
            Figure roundTrip,
            List<Figure> shared,
            int cores,
            ToDoubleFunction<Figure> throughput,
            ToDoubleFunction<Figure> time) {
        double[] ofACoreNs = shared.stream()
                .mapToDouble(figure -> nsOf(throughput.applyAsDouble(figure)) * cores)
                .toArray();
        double slope = slope(ofACoreNs);
        double meanNs = Arrays.stream(ofACoreNs).average().orElseThrow();
        return new Costs(
                nsOf(throughput.applyAsDouble(pair)),
                time.applyAsDouble(roundTrip) / LINES_OF_ROUND_TRIP,
                slope,
                meanNs - slope * meanShared());
    }

    private static Setting broadcast(int handlers) {
        return Setting.of(
                Broadcast.class,
                THROUGHPUT,
                "peer",
                Peer.TOKENRING,
                "waitStrategy",
                WaitStrategy.YIELDING,
                "handlers",
                handlers);
    }

    private static double nsOf(double millionPerS) {
        return 1000 / millionPerS;
    }

    private static double meanShared() {
        return SHARED.stream().mapToInt(readers -> readers).average().orElseThrow();
    }

    /** Of the straight line with the least squares. */
    private static double slope(double[] ofACoreNs) {
        double products = 0;
        double squares = 0;
        for (int i = 0; i < ofACoreNs.length; i++) {
            double fromMean = SHARED.get(i) - meanShared();
            products += fromMean * ofACoreNs[i];
            squares += fromMean * fromMean;
        }
        return products / squares;
    }

    /** The page. */
    String text(Sources sources) {
        String table = CORES.stream()
                .map(cores -> "| %d | %s | %s | %s | %s | %s | %s |"
                        .formatted(
                                cores,
                                ofSubscriptions(1, cores),
                                ofSubscriptions(3, cores),
                                ofSubscriptions(cores - 1, cores),
                                ofSubscriptions(4 * cores, cores),
                                range(costs -> costs.ofTopics(cores), costs -> costs.ofTopics(cores)),
                                range(Costs::ofPublishers, Costs::ofPublishers)))
                .collect(Collectors.joining("\n"));
        return """
                # More cores, on paper

                [What was measured](README.md) ran on few processors. This page says what to expect of more, by a model of a few \
                numbers that are fitted to those measurements, and what would prove it wrong. Like them it was written by \
                `report`.

                ## What is in the way

                - **Publisher and subscription** pass each other the ring's slots: %d references in a cache line. A reader fetches \
                each line from the publisher's core, and the publisher has to get it back on its next lap. Readers empty and give \
                back slots together, so the line with what is given back moves rarely.
                - **Each further subscription** on a core of its own fetches the same lines, at the same time as the others. At \
                best that costs the publisher nothing; at worst the fetches queue up, one line for each of them.
                - **Several publishers to one topic** claim slots on one cursor by compare-and-set. Its line goes from core to \
                core, at worst for each message, whatever the number of cores.
                - **Topics** share nothing but the bus's closing mark, which is only read, so pairs of threads on topics of their \
                own add up.
                - **Memory bandwidth** is no limit to messages by reference: a slot is four bytes, and rings of the default size \
                stay in the caches. Payloads are the handlers' own.
                - **More threads than cores** take turns; then it is the operating system's scheduler that is measured, and an \
                event loop is the better choice.

                ## The model

                | | fitted to medians | least – most of the three fits | from |
                |---|---|---|---|
                | a message, one publisher, one subscription | %s ns | %s | `Broadcast`, one handler |
                | a cache line from core to core | %s ns | %s | a busy-spinning round trip over two rings by hand, divided by %d: the \
                mark that a slot is published and the slot, there and back. Whatever else such a round trip costs is in it, so it is \
                rather too much |
                | a subscription's work on a message, where threads share cores | %s ns of a core | %s | the slope of a straight line \
                through `Broadcast` with %s handlers |
                | all else then, the switching included | %s ns of a core | %s | where that line begins |

                *n* subscriptions on *n* + 1 cores or more: from the first row alone, to the first row and, for each further one, a \
                %dth of the second. With fewer cores: the work of all, divided by the cores, if that is more. Topics of their own: \
                the first row, for each pair of cores. Many publishers: the second row.

                The line has two parameters for %d points, so that they hardly test it. The medians lie %s ns of a core from \
                it. One handler, which need not share a core, is left out: there the line says %s ns of a core where %s was measured, \
                so it holds for threads that share cores only.

                The model is fitted three times: to the medians, to the lowest and to the highest value of a JVM.

                ## What it says

                Million messages/s, yielding. **This extrapolates:** nothing in the table was measured; all comes from %d processors \
                and at most %d handlers. The first number is the least that one of the fits says, with readers that queue up for lines; the \
                second the most, with readers that cost nothing.

                | cores | 1 subscription | 3 | one on each other core | 4 for each core | a topic for each pair of cores, all together | \
                many publishers, one topic |
                |---|---|---|---|---|---|---|
                %s

                ## What would prove it wrong

                Each of the first four is one command with the [benchmarks](%sbenchmarks/README.md) on such a machine:

                - `Broadcast -p peer=TOKENRING -p handlers=3` on four cores that is slower than the first value above: then readers disturb each other \
                or the publisher in some other way, for example by the sequences that they store.
                - `Broadcast -p peer=TOKENRING -p handlers=1,2,3,7,15` whose time for a message grows faster than in proportion to the handlers, while there are cores enough.
                - `ThreePublishers -p peer=TOKENRING` on four cores that is slower than the first value of the last column: then it is not the cursor's line alone that \
                they fight for.
                - `TopicPairs -t 8` on 16 cores (`-t` is the number of pairs: half the cores) that is slower than the first value of the column of topics, or \
                than eight times `TopicPairs -t 1`: then they share something that is written.
                - A machine whose cores lie on several dies or sockets: there a line takes several times as long between some of them. \
                Measure `RoundTrip -p peer=DISRUPTOR_TWO_RINGS_SPIN` on it, and put that in.
                """.formatted(
                        REFERENCES,
                        Metric.print(median.pairNs()),
                        range(Costs::pairNs, Costs::pairNs),
                        Metric.print(median.lineNs()),
                        range(Costs::lineNs, Costs::lineNs),
                        LINES_OF_ROUND_TRIP,
                        Metric.print(median.readerNs()),
                        range(Costs::readerNs, Costs::readerNs),
                        SHARED.stream().map(String::valueOf).collect(Collectors.joining(", ")),
                        Metric.print(median.restNs()),
                        range(Costs::restNs, Costs::restNs),
                        REFERENCES,
                        SHARED.size(),
                        fit.residualsNs().stream()
                                .map(residual -> String.format(Locale.ROOT, "%+.1f", residual))
                                .collect(Collectors.joining(", ")),
                        Metric.print(median.ofACoreNs(1)),
                        Metric.print(fit.oneNs()),
                        fit.processors(),
                        SHARED.get(SHARED.size() - 1),
                        table,
                        sources.toRoot());
    }

    private String ofSubscriptions(int subscriptions, int cores) {
        return range(
                costs -> costs.leastOfSubscriptions(subscriptions, cores),
                costs -> costs.mostOfSubscriptions(subscriptions, cores));
    }

    /** From the least that one of the three fits says to the most. */
    private String range(ToDoubleFunction<Costs> least, ToDoubleFunction<Costs> most) {
        List<Costs> fits = List.of(quickest, median, slowest);
        String low = Metric.print(fits.stream().mapToDouble(least).min().orElseThrow());
        String high = Metric.print(fits.stream().mapToDouble(most).max().orElseThrow());
        return low.equals(high) ? low : low + " – " + high;
    }
}

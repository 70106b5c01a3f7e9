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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What to expect of machines with more cores than the one that was measured: a model of three numbers, fitted to the
 * measurements.
 *
 * @param pairNs what a message takes with one publisher and one subscription, each on a core of its own
 * @param lineNs how long a cache line takes from one core to another
 * @param readerNs what each subscription costs for a message, in time of a core, where threads share cores
 * @param restNs what all else costs then
 */
record Scaling(double pairNs, double lineNs, double readerNs, double restNs) {
    /** References in a cache line. */
    private static final int REFERENCES = 16;

    /** How often a cache line changes cores while one asks and gets its answer: slot, request, its end, the reply. */
    private static final int LINES_OF_ROUND_TRIP = 4;

    private static final List<Integer> CORES = List.of(4, 16, 64);
    private static final List<Integer> SHARED = List.of(2, 4, 8);

    /** Fits the model; nothing if not all of it was measured. */
    static Optional<Scaling> of(Results results) {
        Optional<Figure> pair = results.of(broadcast(1));
        Optional<Figure> roundTrip = results.of(Setting.of(
                RoundTrip.class,
                MEDIAN_TIME,
                "peer",
                RoundTripPeer.TOKENRING_SPIN,
                "waitStrategy",
                WaitStrategy.BUSY_SPIN));
        List<double[]> shared = new ArrayList<>();
        for (int readers : SHARED) {
            results.of(broadcast(readers))
                    .ifPresent(figure -> shared.add(new double[] {
                        readers, nsOf(figure) * results.machine().processors()
                    }));
        }
        if (pair.isEmpty() || roundTrip.isEmpty() || shared.size() < SHARED.size()) {
            return Optional.empty();
        }
        double slope = slope(shared);
        double meanReaders =
                shared.stream().mapToDouble(point -> point[0]).average().orElseThrow();
        double meanNs = shared.stream().mapToDouble(point -> point[1]).average().orElseThrow();
        return Optional.of(new Scaling(
                nsOf(pair.get()), roundTrip.get().median() / LINES_OF_ROUND_TRIP, slope, meanNs - slope * meanReaders));
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

    private static double nsOf(Figure throughput) {
        return 1000 / throughput.median();
    }

    /** Of the straight line with the least squares. */
    private static double slope(List<double[]> points) {
        double meanX = points.stream().mapToDouble(point -> point[0]).average().orElseThrow();
        double meanY = points.stream().mapToDouble(point -> point[1]).average().orElseThrow();
        double products = points.stream()
                .mapToDouble(point -> (point[0] - meanX) * (point[1] - meanY))
                .sum();
        double squares = points.stream()
                .mapToDouble(point -> (point[0] - meanX) * (point[0] - meanX))
                .sum();
        return products / squares;
    }

    /** Million messages/s at worst, with so many subscriptions of one topic. */
    double leastOfSubscriptions(int subscriptions, int cores) {
        double apart = pairNs + (subscriptions - 1) * lineNs / REFERENCES;
        return 1000 / Math.max(apart, sharedNs(subscriptions, cores));
    }

    /** Million messages/s at best. */
    double mostOfSubscriptions(int subscriptions, int cores) {
        return 1000 / Math.max(pairNs, sharedNs(subscriptions, cores));
    }

    private double sharedNs(int subscriptions, int cores) {
        return subscriptions + 1 <= cores ? 0 : (restNs + readerNs * subscriptions) / cores;
    }

    /** Million messages/s over topics that have nothing in common, each with a publisher and a subscription. */
    double ofTopics(int cores) {
        return cores / 2 * 1000 / pairNs;
    }

    /** Million messages/s from any number of publishers, each on a core of its own, to one topic. */
    double ofPublishers() {
        return 1000 / lineNs;
    }

    /** The page. */
    String text(Sources sources) {
        String table = CORES.stream()
                .map(cores -> "| %d | %s | %s | %s | %s | %s | %s |"
                        .formatted(
                                cores,
                                range(1, cores),
                                range(3, cores),
                                range(cores - 1, cores),
                                range(4 * cores, cores),
                                Metric.print(ofTopics(cores)),
                                Metric.print(ofPublishers())))
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

                | | |
                |---|---|
                | a message, one publisher, one subscription | %s ns (`Broadcast`, one handler) |
                | a cache line from core to core | %s ns (a busy-spinning round trip, in which it happens %d times) |
                | a subscription's work on a message, where threads share cores | %s ns of a core |
                | all else then, the switching included | %s ns of a core (both: a straight line through `Broadcast` with %s handlers) |

                *n* subscriptions on *n* + 1 cores or more: from the first row alone, to the first row and, for each further one, a \
                %dth of the second. With fewer cores: the work of all, divided by the cores, if that is more. Topics of their own: \
                the first row, for each pair of cores. Many publishers: the second row.

                ## What it says

                Million messages/s, yielding; where two numbers stand, at worst and at best.

                | cores | 1 subscription | 3 | one on each other core | 4 for each core | a topic for each pair of cores, all together | \
                many publishers, one topic |
                |---|---|---|---|---|---|---|
                %s

                ## What would prove it wrong

                Each of these is one command with the [benchmarks](%sbenchmarks/README.md) on such a machine:

                - `Broadcast -p handlers=3` on four cores that is slower than the worst value above: then readers disturb each other \
                or the publisher in some other way, for example by the sequences that they store.
                - `Broadcast` whose time for a message grows faster than in proportion to the handlers, while there are cores enough.
                - `ThreePublishers` on four cores that is slower than the last column: then it is not the cursor's line alone that \
                they fight for.
                - Pairs on topics of their own that do not add up: then they share something that is written.
                - A machine whose cores lie on several dies or sockets: there a line takes several times as long between some of them. \
                Measure `RoundTrip` on it, and put that in.
                """.formatted(
                        REFERENCES,
                        Metric.print(pairNs),
                        Metric.print(lineNs),
                        LINES_OF_ROUND_TRIP,
                        Metric.print(readerNs),
                        Metric.print(restNs),
                        SHARED.stream().map(String::valueOf).collect(Collectors.joining(", ")),
                        REFERENCES,
                        table,
                        sources.toRoot());
    }

    private String range(int subscriptions, int cores) {
        String least = Metric.print(leastOfSubscriptions(subscriptions, cores));
        String most = Metric.print(mostOfSubscriptions(subscriptions, cores));
        return least.equals(most) ? least : least + " – " + most;
    }
}

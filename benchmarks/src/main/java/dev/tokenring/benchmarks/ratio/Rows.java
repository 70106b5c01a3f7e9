package dev.tokenring.benchmarks.ratio;

import static dev.tokenring.benchmarks.measure.Metric.ALLOCATION;
import static dev.tokenring.benchmarks.measure.Metric.MEDIAN_TIME;
import static dev.tokenring.benchmarks.measure.Metric.THROUGHPUT;

import dev.tokenring.benchmarks.PublishByReference;
import dev.tokenring.benchmarks.PublishInPlace;
import dev.tokenring.benchmarks.RoundTrip;
import dev.tokenring.benchmarks.measure.Metric;
import dev.tokenring.benchmarks.measure.Setting;
import dev.tokenring.benchmarks.peer.InPlacePeer;
import dev.tokenring.benchmarks.peer.Peer;
import dev.tokenring.benchmarks.peer.RoundTripPeer;
import dev.tokenring.bus.WaitStrategy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** All promises about performance: those that are checked here, and those of which the subject is not built yet. */
final class Rows {
    /** A future without anything that depends on it: a header, a result, a stack, with references of 4 bytes. */
    private static final int FUTURE_BYTES = 24;

    private static final Set<Peer> HAVE_OWN_ROWS = Set.of(Peer.TOKENRING, Peer.DISRUPTOR, Peer.DISRUPTOR_GATHERING);

    /** Names of promises that can't be checked here, and what they wait for. */
    static final Map<String, String> NOT_RUN = notRun();

    private Rows() {}

    private static Map<String, String> notRun() {
        Map<String, String> reasons = new LinkedHashMap<>();
        Stream.of("durable-os", "durable-disk", "replay").forEach(name -> reasons.put(name, "durable topics"));
        Stream.of("json", "cbor", "protobuf", "avro").forEach(name -> reasons.put(name, "a codec benchmark"));
        Stream.of("embedding-1", "embedding-32").forEach(name -> reasons.put(name, "embedding handlers"));
        return reasons;
    }

    static List<Row> all() {
        List<Row> rows = new ArrayList<>();
        for (WaitStrategy wait : List.of(WaitStrategy.YIELDING, WaitStrategy.ADAPTIVE, WaitStrategy.BUSY_SPIN)) {
            rows.add(new Row(
                    "by-reference-" + nameOf(wait),
                    "by reference, many may publish, " + nameOf(wait) + ": the Disruptor by hand",
                    Bar.atLeast(0.90),
                    byReference(Peer.TOKENRING, wait),
                    byReference(Peer.DISRUPTOR, wait),
                    wait == WaitStrategy.YIELDING));
            rows.add(new Row(
                    "by-reference-" + nameOf(wait) + "-gathering",
                    "by reference, many may publish, " + nameOf(wait) + ": the Disruptor by hand, gathering",
                    Bar.atLeast(0.90),
                    byReference(Peer.TOKENRING, wait),
                    byReference(Peer.DISRUPTOR_GATHERING, wait),
                    false));
        }
        rows.add(inPlace("in-place-claim", InPlacePeer.TOKENRING_CLAIM, InPlacePeer.DISRUPTOR_CLAIM));
        rows.add(inPlace("in-place-function", InPlacePeer.TOKENRING_FILLER, InPlacePeer.DISRUPTOR_TRANSLATOR));
        for (Peer peer : Peer.values()) {
            if (!HAVE_OWN_ROWS.contains(peer)) {
                rows.add(new Row(
                        "by-reference-than-" + nameOf(peer),
                        "by reference, yielding: faster than " + nameOf(peer),
                        Bar.atLeast(1),
                        byReference(Peer.TOKENRING, WaitStrategy.YIELDING),
                        byReference(peer, WaitStrategy.YIELDING),
                        true));
            }
        }
        for (WaitStrategy wait : List.of(WaitStrategy.ADAPTIVE, WaitStrategy.YIELDING, WaitStrategy.BUSY_SPIN)) {
            rows.add(new Row(
                    "round-trip-" + nameOf(wait),
                    "round trip, " + nameOf(wait) + ", caller spins: two rings by hand",
                    Bar.atMost(1.25),
                    roundTrip(RoundTripPeer.TOKENRING_SPIN, wait),
                    roundTrip(RoundTripPeer.DISRUPTOR_TWO_RINGS_SPIN, wait),
                    true));
        }
        // Not for a few short runs: a Vert.x request takes 5 or 18 us, by how the machine wakes sleepers.
        rows.add(new Row(
                "round-trip-vertx",
                "round trip, adaptive, caller joins: times as fast as a Vert.x request",
                Bar.timesFaster(10),
                roundTrip(RoundTripPeer.TOKENRING_JOIN, WaitStrategy.ADAPTIVE),
                roundTrip(RoundTripPeer.VERTX_JOIN, WaitStrategy.ADAPTIVE),
                false));
        rows.add(allocation(
                "bytes-in-place",
                "allocated by a message in place",
                0,
                Setting.of(PublishInPlace.class, ALLOCATION, "peer", InPlacePeer.TOKENRING_CLAIM)));
        rows.add(allocation(
                "bytes-by-reference",
                "allocated by a message by reference, beyond itself",
                0,
                Setting.of(PublishByReference.class, ALLOCATION, "peer", Peer.TOKENRING)));
        rows.add(allocation(
                "bytes-request",
                "allocated by request and reply: 64 beyond the future",
                64 + FUTURE_BYTES,
                Setting.of(
                        RoundTrip.class,
                        ALLOCATION,
                        "peer",
                        RoundTripPeer.TOKENRING_SPIN,
                        "waitStrategy",
                        WaitStrategy.ADAPTIVE)));
        rows.addAll(GenerationRows.all());
        return rows;
    }

    private static Row inPlace(String name, InPlacePeer ours, InPlacePeer reference) {
        return new Row(
                name,
                "in place, one publisher, yielding: " + nameOf(reference),
                Bar.atLeast(0.90),
                inPlace(ours),
                inPlace(reference),
                true);
    }

    private static Row allocation(String name, String promise, int bytes, Setting ours) {
        return new Row(name, promise, Bar.bytesAtMost(bytes), ours, null, true);
    }

    private static Setting byReference(Peer peer, WaitStrategy wait) {
        return Setting.of(PublishByReference.class, THROUGHPUT, "peer", peer, "waitStrategy", wait);
    }

    private static Setting inPlace(InPlacePeer peer) {
        return Setting.of(PublishInPlace.class, Metric.THROUGHPUT, "peer", peer, "waitStrategy", WaitStrategy.YIELDING);
    }

    private static Setting roundTrip(RoundTripPeer peer, WaitStrategy wait) {
        return Setting.of(RoundTrip.class, MEDIAN_TIME, "peer", peer, "waitStrategy", wait);
    }

    private static String nameOf(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

package dev.tokenring.benchmarks.report;

import static dev.tokenring.benchmarks.measure.Metric.MEDIAN_TIME;
import static dev.tokenring.benchmarks.measure.Metric.THROUGHPUT;

import dev.tokenring.benchmarks.Broadcast;
import dev.tokenring.benchmarks.ManyTopics;
import dev.tokenring.benchmarks.PublishByReference;
import dev.tokenring.benchmarks.PublishInPlace;
import dev.tokenring.benchmarks.RoundTrip;
import dev.tokenring.benchmarks.measure.Setting;
import dev.tokenring.benchmarks.peer.InPlacePeer;
import dev.tokenring.benchmarks.peer.Peer;
import dev.tokenring.benchmarks.peer.RoundTripPeer;
import dev.tokenring.benchmarks.peer.TopicsPeer;
import dev.tokenring.benchmarks.report.Chart.Series;
import dev.tokenring.benchmarks.report.Section.Column;
import dev.tokenring.benchmarks.report.Section.Form;
import dev.tokenring.bus.WaitStrategy;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What the page shows of the benchmarks, and in which words. No text has a number in it: those come from the results. */
final class Sections {
    private static final String MILLIONS = "million messages/s";
    private static final String NANOSECONDS = "nanoseconds";
    private static final Series TOKENRING = new Series("Tokenring", Ink.OURS);
    private static final Series DISRUPTOR = new Series("Disruptor by hand", Ink.DISRUPTOR);
    private static final Series OTHERS = new Series("others", Ink.OTHERS);
    private static final List<WaitStrategy> WAITS =
            List.of(WaitStrategy.ADAPTIVE, WaitStrategy.YIELDING, WaitStrategy.BUSY_SPIN);
    private static final List<Integer> SUBSCRIPTIONS = List.of(1, 2, 4, 8);
    private static final List<Integer> TOPICS = List.of(1, 10, 100, 1_000);

    private Sections() {}

    static List<Section> all() {
        return Stream.of(
                        List.of(byReference(), inPlace(), roundTrip(), roundTripJoined(), broadcast(), manyTopics()),
                        ShapeSections.all(),
                        GenerationSections.all())
                .flatMap(List::stream)
                .toList();
    }

    private static Section byReference() {
        return new Section(
                "by-reference",
                "Messages by reference",
                PublishByReference.class,
                Form.RANKED_BARS,
                "peer",
                MILLIONS,
                Arrays.stream(Peer.values())
                        .map(peer -> new Column(peer.displayName(), seriesOf(peer), byReference(peer)))
                        .toList(),
                Stream.concat(Stream.of(Peer.DISRUPTOR), Arrays.stream(Peer.values()))
                        .distinct()
                        .filter(peer -> peer != Peer.TOKENRING)
                        .map(peer -> new Duel(
                                byReference(Peer.TOKENRING), byReference(peer), peer.displayName(), whyItMayLead(peer)))
                        .toList(),
                """
                One thread passes objects to one handler on another thread, as fast as both can; any number of threads might \
                publish. Where a peer lets one choose, the handler's thread yields while it waits.""",
                """
                This is the ceiling for a busy topic: what a handler does with a message comes on top. It tells how much of a \
                core the passing itself takes, and how long a burst of messages takes to be passed.

                The bus's lead over the plain Disruptor is mostly one thing: its reader pauses for less than a microsecond \
                before it looks again while messages come fast, so that they gather \
                ([why]({root}docs/decisions/0004-slots-and-gathering.md)). The gathering Disruptor does so too, \
                with a wait strategy of our own, and its publisher yields while the ring is full; none of that stands in the \
                Disruptor's documentation, so the plain one is what its users have. Compare the bus with it for what the \
                Disruptor can be made to do.""");
    }

    private static String whyItMayLead(Peer peer) {
        return switch (peer) {
            case JCTOOLS_MPSC ->
                "it is a queue and nothing else. One consumer takes the messages out itself; there is no second subscription,"
                        + " there are no headers, nobody asks whether the bus is open or whether the reader was stopped";
            case DISRUPTOR, DISRUPTOR_GATHERING ->
                "written by hand for one handler, it has nobody to ask whether the bus is open or the reader was stopped";
            default -> Duel.UNKNOWN;
        };
    }

    static Series seriesOf(Peer peer) {
        return switch (peer) {
            case TOKENRING -> TOKENRING;
            case DISRUPTOR, DISRUPTOR_GATHERING -> DISRUPTOR;
            default -> OTHERS;
        };
    }

    private static Section inPlace() {
        String why = """
                for each message the bus asks whether it is open, whether anybody reads, and whether the reader was stopped or \
                replaced; what has been tried against that is in the \
                [decision about slots]({root}docs/decisions/0004-slots-and-gathering.md)""";
        return new Section(
                "in-place",
                "Messages in place",
                PublishInPlace.class,
                Form.BARS,
                "how a slot is filled",
                MILLIONS,
                List.of(
                        new Column("by a claim", TOKENRING, inPlace(InPlacePeer.TOKENRING_CLAIM)),
                        new Column("by a claim", DISRUPTOR, inPlace(InPlacePeer.DISRUPTOR_CLAIM)),
                        new Column("by a function", TOKENRING, inPlace(InPlacePeer.TOKENRING_FILLER)),
                        new Column("by a function", DISRUPTOR, inPlace(InPlacePeer.DISRUPTOR_TRANSLATOR))),
                List.of(
                        new Duel(
                                inPlace(InPlacePeer.TOKENRING_CLAIM),
                                inPlace(InPlacePeer.DISRUPTOR_CLAIM),
                                "Disruptor by hand, by a claim",
                                why),
                        new Duel(
                                inPlace(InPlacePeer.TOKENRING_FILLER),
                                inPlace(InPlacePeer.DISRUPTOR_TRANSLATOR),
                                "Disruptor by hand, by a function",
                                why)),
                """
                One thread writes values into objects that the ring owns, and one handler on another thread reads them there. \
                Nobody else may publish. Both sides yield while they wait.""",
                """
                Nothing is allocated for a message, so no collector has anything to do. It is the way for small values that \
                come very fast, such as samples or tokens.""");
    }

    private static Section roundTrip() {
        String why = """
                two rings know neither a deadline nor cancellation nor a future. The bus reads the clock for the deadline, and \
                decides by compare-and-set between the reply, the timeout and cancellation""";
        return roundTrip(
                "round-trip",
                "Request and reply, the caller spins",
                RoundTripPeer.TOKENRING_SPIN,
                List.of(new Rival(
                        new Series("two rings by hand", Ink.DISRUPTOR), RoundTripPeer.DISRUPTOR_TWO_RINGS_SPIN, why)),
                "the caller looks for it again and again.",
                """
                This is the least that a question to a component costs when its caller has a core to spare. Everything that \
                works by asking, such as a guard that looks at each message, pays it each time.""");
    }

    private static Section roundTripJoined() {
        String why = """
                a ring and a future know neither a deadline nor cancellation; and whether a thread had fallen asleep when its \
                reply came decides more than anything else""";
        return roundTrip(
                "round-trip-joined",
                "Request and reply, the caller joins",
                RoundTripPeer.TOKENRING_JOIN,
                List.of(
                        new Rival(
                                new Series("ring and future by hand", Ink.DISRUPTOR),
                                RoundTripPeer.DISRUPTOR_FUTURE_JOIN,
                                why),
                        new Rival(new Series("Vert.x request", Ink.OTHERS), RoundTripPeer.VERTX_JOIN, Duel.UNKNOWN)),
                "the caller joins the future: it is put to sleep and woken by the operating system if need be.",
                """
                This is what `request(…).join()` costs. Beside a model's answer it is nothing; a caller that asks many short \
                questions should spin, or ask them all before it waits for the first.""");
    }

    private record Rival(Series series, RoundTripPeer peer, String whyItMayLead) {}

    private static Section roundTrip(
            String name, String title, RoundTripPeer ours, List<Rival> rivals, String howItWaits, String whatItMeans) {
        return new Section(
                name,
                title,
                RoundTrip.class,
                Form.BARS,
                "how the handler waits",
                NANOSECONDS,
                WAITS.stream()
                        .flatMap(wait -> Stream.concat(
                                Stream.of(new Column(nameOf(wait), TOKENRING, roundTrip(ours, wait))),
                                rivals.stream()
                                        .map(rival -> new Column(
                                                nameOf(wait), rival.series(), roundTrip(rival.peer(), wait)))))
                        .toList(),
                WAITS.stream()
                        .flatMap(wait -> rivals.stream()
                                .map(rival -> new Duel(
                                        roundTrip(ours, wait),
                                        roundTrip(rival.peer(), wait),
                                        rival.series().name() + ", " + nameOf(wait),
                                        rival.whyItMayLead())))
                        .toList(),
                "One thread asks, a handler on another answers, one request at a time. While the reply is not there, "
                        + howItWaits
                        + " Of each JVM the median counts; shorter is better.",
                whatItMeans);
    }

    private static Section broadcast() {
        return new Section(
                "broadcast",
                "One topic, more and more subscriptions",
                Broadcast.class,
                Form.LINES,
                "subscriptions",
                MILLIONS,
                Stream.of(Peer.TOKENRING, Peer.DISRUPTOR)
                        .flatMap(peer -> SUBSCRIPTIONS.stream()
                                .map(number -> new Column(number.toString(), seriesOf(peer), broadcast(peer, number))))
                        .toList(),
                SUBSCRIPTIONS.stream()
                        .map(number -> new Duel(
                                broadcast(Peer.TOKENRING, number),
                                broadcast(Peer.DISRUPTOR, number),
                                "Disruptor by hand, subscriptions: " + number,
                                Duel.UNKNOWN))
                        .toList(),
                """
                One thread publishes, and each of several handlers, on a thread of its own, gets every message. Messages are \
                counted once, however many handlers get them. All yield while they wait.""",
                """
                Auditors, recorders and guards can listen in on a topic; this is what each of them costs the others. As soon \
                as there are more threads than processors they take turns, and the line shows the operating system's \
                scheduler more than the bus.""");
    }

    private static Section manyTopics() {
        return new Section(
                "many-topics",
                "One publisher, more and more topics",
                ManyTopics.class,
                Form.LINES,
                "topics",
                MILLIONS,
                Arrays.stream(TopicsPeer.values())
                        .flatMap(peer -> TOPICS.stream()
                                .map(number -> new Column(number.toString(), seriesOf(peer), manyTopics(peer, number))))
                        .toList(),
                TOPICS.stream()
                        .map(
                                number -> new Duel(
                                        manyTopics(TopicsPeer.TOKENRING, number),
                                        manyTopics(TopicsPeer.DISRUPTOR, number),
                                        "Disruptor by hand, topics: " + number,
                                        "with a thread for each topic, what counts is how often threads fall asleep and have to be"
                                                + " woken. An event loop is the bus's way to have many topics without many threads"))
                        .toList(),
                """
                One thread publishes to many topics in turn. Each has a handler with a thread of its own, which waits \
                adaptively; or one event loop of the bus serves them all, for which the Disruptor has no counterpart.""",
                """
                A topic for each user, each room or each model is a natural design. This tells how far it goes with a thread \
                for each, and from where on an event loop is the better choice.""");
    }

    private static Series seriesOf(TopicsPeer peer) {
        return new Series(
                peer.displayName(),
                switch (peer) {
                    case TOKENRING -> Ink.OURS;
                    case TOKENRING_EVENT_LOOP -> Ink.OURS_TOO;
                    case DISRUPTOR -> Ink.DISRUPTOR;
                });
    }

    private static Setting byReference(Peer peer) {
        return Setting.of(PublishByReference.class, THROUGHPUT, "peer", peer, "waitStrategy", WaitStrategy.YIELDING);
    }

    private static Setting inPlace(InPlacePeer peer) {
        return Setting.of(PublishInPlace.class, THROUGHPUT, "peer", peer, "waitStrategy", WaitStrategy.YIELDING);
    }

    private static Setting roundTrip(RoundTripPeer peer, WaitStrategy wait) {
        return Setting.of(RoundTrip.class, MEDIAN_TIME, "peer", peer, "waitStrategy", wait);
    }

    private static Setting broadcast(Peer peer, int handlers) {
        return Setting.of(
                Broadcast.class, THROUGHPUT, "peer", peer, "waitStrategy", WaitStrategy.YIELDING, "handlers", handlers);
    }

    private static Setting manyTopics(TopicsPeer peer, int topics) {
        return Setting.of(ManyTopics.class, THROUGHPUT, "peer", peer, "topics", topics);
    }

    /** A strategy as it stands in a sentence. */
    static String nameOf(WaitStrategy wait) {
        return wait.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

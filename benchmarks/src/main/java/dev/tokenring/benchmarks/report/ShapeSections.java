package dev.tokenring.benchmarks.report;

import static dev.tokenring.benchmarks.measure.Metric.THROUGHPUT;

import dev.tokenring.benchmarks.Diamond;
import dev.tokenring.benchmarks.FanIn;
import dev.tokenring.benchmarks.GroupOfN;
import dev.tokenring.benchmarks.Pipeline;
import dev.tokenring.benchmarks.StreamedReply;
import dev.tokenring.benchmarks.ThreePublishers;
import dev.tokenring.benchmarks.measure.Setting;
import dev.tokenring.benchmarks.peer.DiamondPeer;
import dev.tokenring.benchmarks.peer.FanInPeer;
import dev.tokenring.benchmarks.peer.GroupPeer;
import dev.tokenring.benchmarks.peer.Peer;
import dev.tokenring.benchmarks.peer.PipelinePeer;
import dev.tokenring.benchmarks.peer.StreamPeer;
import dev.tokenring.benchmarks.report.Chart.Series;
import dev.tokenring.benchmarks.report.Section.Column;
import dev.tokenring.benchmarks.report.Section.Form;
import dev.tokenring.bus.WaitStrategy;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** What the page shows of shapes with more than two threads, or with parts, in the manner of {@link Sections}. */
final class ShapeSections {
    private static final String MILLIONS = "million messages/s";
    private static final Series TOKENRING = new Series("Tokenring", Ink.OURS);
    private static final Series DISRUPTOR = new Series("Disruptor by hand", Ink.DISRUPTOR);
    private static final List<Integer> MEMBERS = List.of(1, 2, 4);

    private ShapeSections() {}

    static List<Section> all() {
        return List.of(threePublishers(), group(), pipeline(), diamond(), fanIn(), streamedReply());
    }

    private static Section threePublishers() {
        return new Section(
                "three-publishers",
                "Three publishers",
                ThreePublishers.class,
                Form.RANKED_BARS,
                "peer",
                MILLIONS,
                Arrays.stream(Peer.values())
                        .map(peer -> new Column(peer.displayName(), Sections.seriesOf(peer), threePublishers(peer)))
                        .toList(),
                duels(
                        Arrays.asList(Peer.values()),
                        Peer.TOKENRING,
                        ShapeSections::threePublishers,
                        Peer::displayName,
                        peer -> Duel.UNKNOWN),
                """
                Three threads pass objects to one handler on a fourth, as fast as all can.""",
                """
                Where many components publish to one topic, they meet at its cursor. With fewer processors than threads, as \
                here, it also tells how well they take turns.""");
    }

    private static Section group() {
        return new Section(
                "group",
                "A group of handlers",
                GroupOfN.class,
                Form.BARS,
                "members",
                MILLIONS,
                Arrays.stream(GroupPeer.values())
                        .flatMap(peer -> MEMBERS.stream()
                                .map(members -> new Column(members.toString(), seriesOf(peer), group(peer, members))))
                        .toList(),
                MEMBERS.stream()
                        .flatMap(members -> duels(
                                Arrays.asList(GroupPeer.values()),
                                GroupPeer.TOKENRING,
                                peer -> group(peer, members),
                                peer -> seriesOf(peer).name() + ", members: " + members,
                                peer -> peer == GroupPeer.DISRUPTOR_FIXED_SHARES
                                        ? "with fixed shares nobody takes anything from anybody, and who is slow holds up all"
                                        : "a queue forgets a message when it is taken. A group remembers who has it, so that it"
                                                + " can be tried again, given up, counted, or taken from a handler that is stuck")
                                .stream())
                        .toList(),
                """
                One thread publishes, and each message goes to one of several handlers, each on a thread of its own, whoever is \
                free.""",
                """
                This is how work is shared out. A member that is slow holds back nobody, so each takes one message at a time; \
                that is the price beside a subscription that gets all messages, which takes them in batches.""");
    }

    private static Series seriesOf(GroupPeer peer) {
        return new Series(
                peer.displayName(),
                switch (peer) {
                    case TOKENRING -> Ink.OURS;
                    case DISRUPTOR_FIXED_SHARES -> Ink.DISRUPTOR;
                    case ARRAY_BLOCKING_QUEUE -> Ink.OTHERS;
                    case JCTOOLS_MPMC -> Ink.OTHERS_TOO;
                });
    }

    private static Section pipeline() {
        return section(
                "pipeline",
                "A pipeline of three stages",
                Pipeline.class,
                PipelinePeer.values(),
                PipelinePeer.TOKENRING,
                peer -> setting(Pipeline.class, peer),
                PipelinePeer::shape,
                """
                Each message goes through three handlers, one after the other, each on a thread of its own.""",
                """
                Tokenize, guard, answer: a chain of components. The Disruptor's graph on one ring passes no message on, and ties \
                the stages together; with topics each stage can be had, watched and replaced by itself.""",
                "on one ring a message stays where it is, and only sequences are passed on");
    }

    private static Section diamond() {
        return section(
                "diamond",
                "A diamond",
                Diamond.class,
                DiamondPeer.values(),
                DiamondPeer.TOKENRING,
                peer -> setting(Diamond.class, peer),
                DiamondPeer::shape,
                """
                Two handlers get each message, and a third gets it when both are done with it.""",
                """
                On the bus both sides publish what they are done with, and the third puts together what belongs together: three \
                topics in the place of one ring, and a handler that has to match.""",
                "on one ring a message stays where it is, and the join only waits for two sequences");
    }

    private static Section fanIn() {
        return section(
                "fan-in",
                "From a hundred topics to one handler",
                FanIn.class,
                FanInPeer.values(),
                FanInPeer.TOKENRING,
                peer -> Setting.of(
                        FanIn.class, THROUGHPUT, "peer", peer, "waitStrategy", WaitStrategy.YIELDING, "topics", 100),
                FanInPeer::shape,
                """
                One thread publishes to a hundred topics in turn, and one handler gets what is published to any of them.""",
                """
                An auditor that subscribes to `llm.>` is such a handler.""",
                Duel.UNKNOWN);
    }

    private static Section streamedReply() {
        return section(
                "streamed-reply",
                "A reply in parts",
                StreamedReply.class,
                StreamPeer.values(),
                StreamPeer.TOKENRING,
                peer -> setting(StreamedReply.class, peer),
                StreamPeer::shape,
                """
                One thread asks, a handler on another answers in 64 parts, and the first takes them as they come. Parts are \
                counted, not requests.""",
                """
                A language model sends hundreds of tokens a second, so the way of one is nothing beside its making.""",
                "a stream has a demand that its reader may change at any time, an end, a deadline, and a way to be cancelled; each"
                        + " part takes a lock, which its reader shares");
    }

    private static <P> Section section(
            String name,
            String title,
            Class<?> benchmark,
            P[] peers,
            P ours,
            Function<P, Setting> setting,
            Function<P, String> place,
            String whatIsMeasured,
            String whatItMeans,
            String whyTheyMayLead) {
        return new Section(
                name,
                title,
                benchmark,
                Form.BARS,
                "how",
                MILLIONS,
                Arrays.stream(peers)
                        .map(peer -> new Column(
                                place.apply(peer), peer.equals(ours) ? TOKENRING : DISRUPTOR, setting.apply(peer)))
                        .toList(),
                duels(
                        Arrays.asList(peers),
                        ours,
                        setting,
                        peer -> DISRUPTOR.name() + ", " + place.apply(peer),
                        peer -> whyTheyMayLead),
                whatIsMeasured,
                whatItMeans);
    }

    private static <P> List<Duel> duels(
            List<P> peers,
            P ours,
            Function<P, Setting> setting,
            Function<P, String> name,
            Function<P, String> whyTheyMayLead) {
        return peers.stream()
                .filter(peer -> !peer.equals(ours))
                .map(peer -> new Duel(
                        setting.apply(ours), setting.apply(peer), name.apply(peer), whyTheyMayLead.apply(peer)))
                .toList();
    }

    private static Setting threePublishers(Peer peer) {
        return setting(ThreePublishers.class, peer);
    }

    private static Setting group(GroupPeer peer, int members) {
        return Setting.of(
                GroupOfN.class, THROUGHPUT, "peer", peer, "waitStrategy", WaitStrategy.YIELDING, "members", members);
    }

    private static Setting setting(Class<?> benchmark, Enum<?> peer) {
        return Setting.of(benchmark, THROUGHPUT, "peer", peer, "waitStrategy", WaitStrategy.YIELDING);
    }
}

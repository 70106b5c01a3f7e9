package dev.tokenring.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenring.benchmarks.peer.Caller;
import dev.tokenring.benchmarks.peer.Lane.Message;
import dev.tokenring.benchmarks.peer.Peer;
import dev.tokenring.benchmarks.peer.RoundTripPeer;
import dev.tokenring.benchmarks.peer.StreamCaller;
import dev.tokenring.benchmarks.peer.StreamPeer;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The benchmarks accept what each of their peers does, and nothing that is wrong. */
class CheckedAnswersTest {
    @ParameterizedTest
    @EnumSource(Peer.class)
    void everyPeerKeepsTheOrderOfOnePublisher(Peer peer) {
        var benchmark = new PublishByReference();
        benchmark.peer = peer;
        benchmark.open();
        try {
            benchmark.publish();
            assertThat(benchmark.publish()).isPositive();
        } finally {
            benchmark.close();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aLaneThatLosesOrDoublesOrSwapsFails(Fault fault) {
        var benchmark = new PublishByReference();
        benchmark.open(fault::lane);
        assertThatThrownBy(benchmark::publish).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @EnumSource(RoundTripPeer.class)
    void everyPeerRepliesToTheRequest(RoundTripPeer peer) {
        var benchmark = new RoundTrip();
        benchmark.peer = peer;
        benchmark.open();
        try {
            Object first = benchmark.ask();
            assertThat(benchmark.ask()).isNotEqualTo(first);
        } finally {
            benchmark.close();
        }
    }

    @Test
    void aReplyThatComesTwiceFailsTheNextRoundTrip() {
        var benchmark = new RoundTrip();
        benchmark.open(new Answers(2));
        benchmark.ask();
        assertThatThrownBy(benchmark::ask).hasMessage("the reply is Message[value=1] instead of Message[value=2]");
    }

    /** A slot that nobody wrote still has what it had a lap ago. */
    @Test
    void aReplyOfTheLapBeforeFailsTheRoundTrip() {
        var lap = new Message[1024];
        var benchmark = new RoundTrip();
        benchmark.open(new Caller() {
            private int asked;

            @Override
            public Message ask(Message request) {
                Message stale = lap[asked % lap.length];
                lap[asked++ % lap.length] = request;
                return stale == null ? request : stale;
            }

            @Override
            public void close() {}
        });
        for (int i = 0; i < lap.length; i++) {
            benchmark.ask();
        }
        assertThatThrownBy(benchmark::ask).hasMessage("the reply is Message[value=1] instead of Message[value=1025]");
    }

    @ParameterizedTest
    @EnumSource(StreamPeer.class)
    void everyPeerStreamsTheReplyToTheRequest(StreamPeer peer) {
        var benchmark = new StreamedReply();
        benchmark.peer = peer;
        benchmark.open();
        try {
            for (int i = 0; i <= StreamCaller.REQUESTS; i++) {
                assertThat(benchmark.ask()).isEqualTo(64);
            }
        } finally {
            benchmark.close();
        }
    }

    @Test
    void aWholeReplyThatComesTwiceFailsTheNextStream() {
        Integer[][] replies = StreamCaller.replies(64);
        var benchmark = new StreamedReply();
        benchmark.open(new StreamCaller() {
            private int asked;

            @Override
            public void ask(Integer request, Reader reader) {
                for (Integer part : replies[asked++ == 0 ? request : request - 1]) {
                    reader.read(part);
                }
            }

            @Override
            public void close() {}
        });
        benchmark.ask();
        assertThatThrownBy(benchmark::ask).hasMessage("part 64 came instead of 128");
    }

    /** A ring of replies, into which each is put so many times. */
    private static final class Answers implements Caller {
        private final int times;
        private final Queue<Message> replies = new ArrayDeque<>();

        Answers(int times) {
            this.times = times;
        }

        @Override
        public Message ask(Message request) {
            for (int i = 0; i < times; i++) {
                replies.add(request);
            }
            return replies.remove();
        }

        @Override
        public void close() {}
    }
}

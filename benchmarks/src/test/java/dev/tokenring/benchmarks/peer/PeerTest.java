package dev.tokenring.benchmarks.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenring.benchmarks.peer.Lane.Message;
import dev.tokenring.bus.WaitStrategy;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PeerTest {
    /** So many that each lane with bounds is full now and then. */
    private static final int MESSAGES = 20 * Lane.CAPACITY;

    private final Queue<Long> handled = new ConcurrentLinkedQueue<>();

    @ParameterizedTest
    @EnumSource
    void everyPeerCarriesEachMessageOnceAndInOrder(Peer peer) throws InterruptedException {
        carries(peer, WaitStrategy.YIELDING);
    }

    @ParameterizedTest
    @EnumSource
    void theDisruptorThatLetsMessagesGatherCarriesThemHoweverItWaits(WaitStrategy waitStrategy)
            throws InterruptedException {
        carries(Peer.DISRUPTOR_GATHERING, waitStrategy);
    }

    @Test
    void aStrategyThatRemembersItsReaderIsNotSharedByTwo() {
        assertThatThrownBy(() -> Peer.DISRUPTOR_GATHERING.open(WaitStrategy.YIELDING, message -> {}, message -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 handlers");
    }

    private void carries(Peer peer, WaitStrategy waitStrategy) throws InterruptedException {
        List<Long> published = LongStream.rangeClosed(1, MESSAGES).boxed().toList();
        var all = new CountDownLatch(MESSAGES);
        try (Lane lane = peer.open(waitStrategy, message -> {
            handled.add(message.value());
            all.countDown();
        })) {
            lane.publishEach(Message.numbered(MESSAGES));

            assertThat(all.await(1, TimeUnit.MINUTES)).isTrue();
        }
        assertThat(List.copyOf(handled)).isEqualTo(published);
    }
}

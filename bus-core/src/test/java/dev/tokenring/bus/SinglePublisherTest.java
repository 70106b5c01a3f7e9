package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What a topic for a single publisher refuses, since it would mix up its messages. */
class SinglePublisherTest {
    private static final class Reading {
        int value;
    }

    private static final Topic<Reading> READINGS = Topic.inPlace("readings", Reading.class, Reading::new)
            .withCapacity(4)
            .withSinglePublisher();

    private final List<Integer> handled = new CopyOnWriteArrayList<>();

    @Test
    void secondClaimIsRefusedWhileTheFirstIsOpen() {
        try (Bus bus = Bus.open()) {
            Publisher<Reading> publisher = subscribed(bus);
            Claim<Reading> first = publisher.claim();
            assertThatThrownBy(publisher::claim)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(
                            "Claim[0] is still open: a single publisher has to commit or abort it before it publishes more");
            assertThatThrownBy(publisher::tryClaim).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> publisher.publishInPlace(reading -> reading.value = 2))
                    .isInstanceOf(IllegalStateException.class);
            first.message().value = 1;
            assertThat(first.commit()).isEqualTo(PublishOutcome.PUBLISHED);
            publisher.publishInPlace(reading -> reading.value = 3);
            assertThat(bus.close(Duration.ofSeconds(10)).abandoned()).isZero();
        }
        assertThat(handled).containsExactly(1, 3);
    }

    @Test
    void fillerThatPublishesToItsOwnTopicIsToldSo() {
        try (Bus bus = Bus.open()) {
            Publisher<Reading> publisher = subscribed(bus);
            assertThatThrownBy(() -> publisher.publishInPlace(outer -> {
                        outer.value = 1;
                        publisher.publishInPlace(inner -> inner.value = 2);
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("message 0 of a topic with a single publisher")
                    .hasMessageContaining("use a topic for many publishers");
            publisher.publishInPlace(reading -> reading.value = 3);
            assertThat(bus.close(Duration.ofSeconds(10)).abandoned()).isZero();
        }
        assertThat(handled).containsExactly(2, 3);
    }

    @Test
    void nestedFillerThatFailsLeavesNoMarkForALaterMessage() {
        try (Bus bus = Bus.open()) {
            Publisher<Reading> publisher = subscribed(bus);
            assertThatThrownBy(() -> publisher.publishInPlace(outer -> {
                        publisher.publishInPlace(inner -> inner.value = 1);
                        throw new UnsupportedOperationException("changed my mind");
                    }))
                    .isInstanceOf(UnsupportedOperationException.class);
            for (int value = 2; value <= 10; value++) {
                int next = value;
                publisher.publishInPlace(reading -> reading.value = next);
            }
            assertThat(bus.close(Duration.ofSeconds(10)).abandoned()).isZero();
        }
        assertThat(handled).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    }

    @Test
    void whatNobodyWasThereForIsNotGivenToWhoComesLater() {
        try (Bus bus = Bus.open()) {
            Publisher<Reading> publisher = bus.publisher(READINGS);
            Claim<Reading> claim = publisher.claim();
            claim.message().value = 1;
            assertThat(claim.commit()).isEqualTo(PublishOutcome.NO_SUBSCRIPTION);
            subscribed(bus).publishInPlace(reading -> reading.value = 2);
            assertThat(bus.close(Duration.ofSeconds(10)).abandoned()).isZero();
        }
        assertThat(handled).containsExactly(2);
    }

    @Test
    void abortedClaimIsSeenByNobodyAndItsHeadersAreGone() {
        List<Headers> seen = new CopyOnWriteArrayList<>();
        try (Bus bus = Bus.open()) {
            bus.subscribe(READINGS, (reading, context) -> seen.add(context.headers()));
            Publisher<Reading> publisher = bus.publisher(READINGS);
            for (int i = 0; i < 10; i++) {
                Claim<Reading> claim = publisher.claim();
                claim.headers(Headers.NONE.withSender("aborted"));
                claim.abort();
            }
            Claim<Reading> claim = publisher.claim();
            claim.headers(Headers.NONE.withSender("taken back"));
            claim.headers(Headers.NONE);
            claim.commit();
            assertThat(bus.close(Duration.ofSeconds(10)).abandoned()).isZero();
        }
        assertThat(seen).containsExactly(Headers.NONE);
    }

    private Publisher<Reading> subscribed(Bus bus) {
        bus.subscribe(READINGS, (reading, context) -> handled.add(reading.value));
        return bus.publisher(READINGS);
    }
}

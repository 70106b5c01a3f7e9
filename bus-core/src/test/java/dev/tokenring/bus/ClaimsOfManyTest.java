package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/** Claims of many publishers, on a ring so small that a claim's object is soon another thread's. */
class ClaimsOfManyTest {
    private static final int PUBLISHERS = 4;
    private static final int CLAIMS = 20_000;

    private static final class Cell {
        int value;
    }

    private static final Topic<Cell> CELLS =
            Topic.inPlace("cells", Cell.class, Cell::new).withCapacity(2).withWaitStrategy(WaitStrategy.BLOCKING);

    private final LongAdder handled = new LongAdder();
    private final LongAdder sum = new LongAdder();

    @Test
    void closingACommittedClaimNeverTouchesTheNextOnesHolder() throws Exception {
        publishFromMany(claim -> {
            claim.message().value = 1;
            claim.commit();
        });
        assertThat(handled.sum()).isEqualTo((long) PUBLISHERS * CLAIMS);
        assertThat(sum.sum()).isEqualTo((long) PUBLISHERS * CLAIMS);
    }

    @Test
    void whatIsAbortedIsSeenByNobodyAndBlocksNobody() throws Exception {
        var claims = new AtomicInteger();
        var committed = new LongAdder();
        publishFromMany(claim -> {
            claim.message().value = 1;
            if (claims.incrementAndGet() % 3 == 0) {
                claim.commit();
                committed.increment();
            } else {
                claim.abort();
            }
        });
        assertThat(committed.sum()).isPositive();
        assertThat(handled.sum()).isEqualTo(committed.sum());
    }

    @Test
    void neitherAbortedClaimsNorThoseForNobodyCountAsPublished() {
        try (Bus bus = Bus.open()) {
            Publisher<Cell> publisher = bus.publisher(CELLS);
            for (int i = 0; i < 5; i++) {
                publisher.claim().abort();
                assertThat(publisher.claim().commit()).isEqualTo(PublishOutcome.NO_SUBSCRIPTION);
            }
            assertThat(bus.snapshot().topics()).singleElement().satisfies(topic -> {
                assertThat(topic.published()).isZero();
                assertThat(topic.used()).isZero();
            });
        }
    }

    private interface Use {
        void of(Claim<Cell> claim);
    }

    private void publishFromMany(Use use) throws Exception {
        ExecutorService publishers = Executors.newFixedThreadPool(PUBLISHERS);
        try (Bus bus = Bus.open()) {
            bus.subscribe(CELLS, (cell, context) -> {
                handled.increment();
                sum.add(cell.value);
            });
            Publisher<Cell> publisher = bus.publisher(CELLS);
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < PUBLISHERS; i++) {
                ends.add(publishers.submit(() -> {
                    for (int j = 0; j < CLAIMS; j++) {
                        try (Claim<Cell> claim = publisher.claim()) {
                            use.of(claim);
                        }
                    }
                }));
            }
            for (Future<?> end : ends) {
                end.get(60, TimeUnit.SECONDS);
            }
            assertThat(bus.close(Duration.ofSeconds(10)).abandoned()).isZero();
        } finally {
            publishers.shutdownNow();
        }
    }

    @Test
    void listThatFailsHalfwayPublishesNothingAndBlocksNobody() {
        Topic<String> words = Topic.of("words", String.class).withCapacity(16);
        List<String> handledWords = new ArrayList<>();
        try (Bus bus = Bus.open()) {
            bus.subscribe(
                    words,
                    (word, context) -> handledWords.add(word + context.headers().sender()));
            var failing = new AbstractList<String>() {
                private int reads;

                @Override
                public String get(int index) {
                    if (++reads > 5) {
                        throw new UnsupportedOperationException("the list has changed");
                    }
                    return "word";
                }

                @Override
                public int size() {
                    return 3;
                }
            };
            assertThatThrownBy(() -> bus.publisher(words).publishAll(failing, Headers.NONE.withSender("lost")))
                    .isInstanceOf(UnsupportedOperationException.class);
            for (int i = 0; i < 20; i++) {
                bus.publish(words, "w" + i);
            }
            assertThat(bus.close(Duration.ofSeconds(10)).abandoned()).isZero();
        }
        assertThat(handledWords).hasSize(20).allMatch(word -> word.endsWith("null"), "without the lost ones' sender");
    }
}

package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that stay in their slots. */
class InPlaceTest extends BusTest {
    static final class Quote {
        long price;
    }

    private static final Topic<Quote> QUOTES =
            Topic.inPlace("quotes", Quote.class, Quote::new).withCapacity(16);

    private final Gate gate = new Gate();
    private final List<Long> prices = new CopyOnWriteArrayList<>();

    private static Topic<Quote> topic(boolean singlePublisher) {
        return singlePublisher ? QUOTES.withSinglePublisher() : QUOTES;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void publishedQuotesComeInOrder(boolean singlePublisher) {
        Bus bus = open();
        Topic<Quote> topic = topic(singlePublisher);
        var sum = new AtomicLong();
        var last = new AtomicLong();
        bus.subscribe(topic, (quote, context) -> {
            assertThat(quote.price).isEqualTo(last.get() + 1);
            last.set(quote.price);
            sum.addAndGet(quote.price);
        });
        Publisher<Quote> publisher = bus.publisher(topic);
        for (long i = 1; i <= 10_000; i++) {
            publisher.publishInPlace(i, (quote, price) -> quote.price = price);
        }
        await("all arrive", () -> last.get() == 10_000 || !errors.isEmpty());
        assertThat(errors).isEmpty();
        assertThat(sum).hasValue(10_000L * 10_001 / 2);
    }

    @Test
    void claimIsCommittedAbortedOrClosed() {
        Bus bus = open();
        var headers = new CopyOnWriteArrayList<Headers>();
        Subscription reader = bus.subscribe(QUOTES, (quote, context) -> {
            prices.add(quote.price);
            headers.add(context.headers());
        });
        Publisher<Quote> publisher = bus.publisher(QUOTES);
        try (Claim<Quote> claim = publisher.claim()) {
            claim.message().price = 1;
            claim.headers(Headers.NONE.withSender("me"));
            assertThat(claim.commit()).isEqualTo(PublishOutcome.PUBLISHED);
            assertThatThrownBy(claim::commit).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(claim::message).isInstanceOf(IllegalStateException.class);
        }
        try (Claim<Quote> forgotten = publisher.claim()) {
            forgotten.message().price = 2;
        }
        Claim<Quote> aborted = publisher.claim();
        aborted.message().price = 3;
        aborted.abort();
        assertThatThrownBy(() -> publisher.publishInPlace(quote -> {
                    quote.price = 4;
                    throw new IllegalArgumentException("no price");
                }))
                .hasMessage("no price");
        publisher.publishInPlace(quote -> quote.price = 5);
        await("all arrive", () -> prices.size() == 2 && reader.lag() == 0);
        assertThat(prices).containsExactly(1L, 5L);
        assertThat(headers).containsExactly(Headers.NONE.withSender("me"), Headers.NONE);
        assertThat(reader.delivered()).isEqualTo(2);
    }

    @Test
    void fullRingGivesNoClaimAndNobodyThereNoPublication() throws Exception {
        Bus bus = open();
        Publisher<Quote> publisher = bus.publisher(QUOTES);
        try (Claim<Quote> toNobody = publisher.claim()) {
            assertThat(toNobody.commit()).isEqualTo(PublishOutcome.NO_SUBSCRIPTION);
        }
        for (int i = 0; i < 100; i++) {
            publisher.publishInPlace(quote -> quote.price = -1);
        }
        bus.subscribe(QUOTES, (quote, context) -> {
            gate.pass();
            prices.add(quote.price);
        });
        for (long i = 0; i < 16; i++) {
            publisher.publishInPlace(i, (quote, price) -> quote.price = price);
        }
        gate.awaitArrival();
        assertThat(publisher.tryClaim()).isNull();
        Future<Void> waiting = start(() -> {
            publisher.publishInPlace(quote -> quote.price = 16);
            return null;
        });
        gate.open();
        get(waiting);
        await("all arrive", () -> prices.size() == 17);
        assertThat(prices).doesNotContain(-1L).isSorted();
        bus.close();
        assertThat(publisher.tryClaim()).isNull();
        assertThatThrownBy(publisher::claim).isInstanceOf(BusClosedException.class);
    }

    @Test
    void claimThatIsHeldDoesNotHoldUpTheCloseForEver() {
        Bus bus = open();
        bus.subscribe(QUOTES, (quote, context) -> prices.add(quote.price));
        Claim<Quote> held = bus.publisher(QUOTES).claim();
        bus.publisher(QUOTES).publishInPlace(quote -> quote.price = 2);
        CloseReport report = bus.close(Duration.ofMillis(20));
        assertThat(report.abandoned()).isEqualTo(2);
        assertThat(prices).isEmpty();
        held.message().price = 1;
        held.commit();
        assertThat(prices).isEmpty();
    }

    @Test
    void singlePublisherRacesTheCloseAndEveryMessageIsCounted() throws Exception {
        for (int round = 0; round < 200; round++) {
            Bus bus = open();
            Topic<Quote> topic = QUOTES.withSinglePublisher().withWaitStrategy(WaitStrategy.YIELDING);
            var handled = new AtomicLong();
            bus.subscribe(topic, (quote, context) -> handled.incrementAndGet());
            Publisher<Quote> publisher = bus.publisher(topic);
            var begun = new AtomicLong();
            Future<Long> publishing = start(() -> {
                long published = 0;
                try {
                    while (true) {
                        publisher.publishInPlace(quote -> quote.price = 1);
                        published++;
                        begun.incrementAndGet();
                    }
                } catch (BusClosedException closed) {
                    return published;
                }
            });
            long afterwards = round % 5 * 10L;
            await("it publishes", () -> begun.get() > afterwards);
            CloseReport report = bus.close(PATIENCE);
            long published = get(publishing);
            assertThat(handled.get() + report.abandoned()).as("round %d", round).isEqualTo(published);
        }
    }

    @Test
    void publishingIsFreeOfAllocation() {
        Bus bus = open();
        Topic<Quote> large = QUOTES.withCapacity(1024);
        var handled = new AtomicLong();
        bus.subscribe(large, (quote, context) -> handled.lazySet(handled.get() + 1));
        Publisher<Quote> inPlace = bus.publisher(large);
        Topic<Quote> byReference = Topic.of("by-reference", Quote.class);
        bus.subscribe(byReference, (quote, context) -> handled.get());
        Publisher<Quote> references = bus.publisher(byReference);
        Quote one = new Quote();
        for (int warmUp = 0; warmUp < 3; warmUp++) {
            Allocation.bytesPerRound(() -> inPlace.publishInPlace(one, (quote, other) -> quote.price = other.price));
            Allocation.bytesPerRound(() -> references.publish(one));
        }
        assertThat(Allocation.bytesPerRound(
                        () -> inPlace.publishInPlace(one, (quote, other) -> quote.price = other.price)))
                .isLessThan(1);
        assertThat(Allocation.bytesPerRound(() -> references.publish(one))).isLessThan(1);
    }

    @Test
    void whatCantBeDoneInPlaceIsRefusedWithTheRemedy() {
        Bus bus = open();
        assertThatThrownBy(() -> bus.publish(QUOTES, new Quote()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("fill one with publishInPlace or claim");
        assertThatThrownBy(() -> bus.publisher(Topic.of("words", String.class)).claim())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("describe the topic with Topic.inPlace");
        List<SubscriptionBuilder<Quote>> refused = List.of(
                bus.subscription(QUOTES).group("workers"),
                bus.subscription(QUOTES).keyedBy(quote -> quote.price),
                bus.subscription(QUOTES).newestOnly(),
                bus.subscription(QUOTES).urgentFirst(),
                bus.subscription(QUOTES).retry(RetryPolicy.of(2)),
                bus.subscription(QUOTES).on(Execution.virtualThreads(2)));
        assertThat(refused).allSatisfy(builder -> assertThatThrownBy(() -> builder.handle((quote, context) -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("publish by reference (Topic.of) for that"));
        assertThatThrownBy(() -> bus.subscription(QUOTES).poller()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> bus.subscription(QUOTES).toFlow()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> bus.subscription(QUOTES).handleBatches((quotes, last) -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void claimCanBeWaitedForSoLong() throws Exception {
        Bus bus = open();
        Publisher<Quote> publisher = bus.publisher(QUOTES);
        bus.subscribe(QUOTES, (quote, context) -> gate.pass());
        for (int i = 0; i < 16; i++) {
            publisher.publishInPlace(quote -> quote.price = 1);
        }
        gate.awaitArrival();
        assertThat(publisher.tryClaim(Duration.ofMillis(20))).isNull();
        Future<PublishOutcome> waiting = start(() -> {
            try (Claim<Quote> claim = requireNonNull(publisher.tryClaim(PATIENCE))) {
                return claim.commit();
            }
        });
        gate.open();
        assertThat(get(waiting)).isEqualTo(PublishOutcome.PUBLISHED);
        bus.remove(QUOTES);
        assertThat(publisher.tryClaim(Duration.ofMillis(20))).isNull();
    }

    @Test
    void claimOfAnotherThreadIsRefusedWithItsReason() throws Exception {
        Bus bus = open();
        bus.subscribe(QUOTES, (quote, context) -> prices.add(quote.price));
        Claim<Quote> claim = bus.publisher(QUOTES).claim();
        get(start(() -> {
            assertThatThrownBy(claim::commit)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("belongs to another thread");
            claim.close();
            return null;
        }));
        claim.message().price = 7;
        assertThat(claim.commit()).isEqualTo(PublishOutcome.PUBLISHED);
        await("it is handled", () -> prices.contains(7L));
    }
}

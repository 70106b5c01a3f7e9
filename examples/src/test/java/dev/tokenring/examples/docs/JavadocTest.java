package dev.tokenring.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.BusOptions;
import dev.tokenring.bus.Claim;
import dev.tokenring.bus.Handler;
import dev.tokenring.bus.Headers;
import dev.tokenring.bus.Interceptor;
import dev.tokenring.bus.Probe;
import dev.tokenring.bus.Publisher;
import dev.tokenring.bus.RetryPolicy;
import dev.tokenring.bus.Service;
import dev.tokenring.bus.Stepper;
import dev.tokenring.bus.Topic;
import dev.tokenring.bus.TraceContext;
import dev.tokenring.codec.JsonCodec;
import dev.tokenring.llm.ChatMessage;
import dev.tokenring.llm.GenerationHandler;
import dev.tokenring.llm.LanguageModel;
import dev.tokenring.llm.ModelSlot;
import dev.tokenring.persistence.Journal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The snippets of the Javadoc. */
class JavadocTest {
    record Alert(String text) {}

    record NlpQuery(String query) {}

    record NlpResponse(String response, Instant timestamp) {
        NlpResponse append(NlpResponse next) {
            return new NlpResponse(response + next.response, next.timestamp);
        }
    }

    /** Whoever is on call. */
    static final class Pager {
        final List<Alert> pages = new ArrayList<>();

        void page(Alert alert) {
            pages.add(alert);
        }
    }

    // snippet
    static final Topic<Alert> ALERTS = Topic.of("alerts", Alert.class);
    // end

    // snippet
    static final Service<NlpQuery, NlpResponse> DIALOGUE =
            Service.of("dialogue", NlpQuery.class, NlpResponse.class).withMerge(NlpResponse::append);
    // end

    /** A message that stays in its slot. */
    static final class Quote {
        private String symbol = "";
        private long price;

        void set(String newSymbol, long newPrice) {
            symbol = newSymbol;
            price = newPrice;
        }
    }

    // snippet
    static final Topic<Quote> QUOTES = Topic.inPlace("quotes", Quote.class, Quote::new);
    // end

    record Order(String customer) {}

    static final Topic<Order> ORDERS = Topic.of("orders", Order.class);

    private final NlpQuery query = new NlpQuery("I need a table for two");
    private final Pager pager = new Pager();
    private final RandomGenerator random = new SplittableRandom(1);

    private static NlpResponse answer(NlpQuery query) {
        return new NlpResponse("You said: " + query.query(), Instant.EPOCH);
    }

    @Test
    void bus() {
        // snippet
        try (Bus bus = Bus.open()) {
            bus.subscribe(ALERTS, (alert, context) -> pager.page(alert));
            bus.serve(DIALOGUE, (query, context) -> answer(query));

            bus.publish(ALERTS, new Alert("queue is filling"));
            NlpResponse response =
                    bus.request(DIALOGUE, query, Duration.ofSeconds(5)).join();
            // not shown
            assertThat(response).isEqualTo(answer(query));
            // shown
        }
        // end
        assertThat(pager.pages).containsExactly(new Alert("queue is filling"));
    }

    @Test
    void headers() {
        // snippet
        Headers headers = Headers.NONE.withCorrelationId("call-17").withSender("user1");
        // end
        assertThat(headers.correlationId()).isEqualTo("call-17");
    }

    @Test
    void claim() {
        var seen = new ArrayList<String>();
        try (Bus bus = Bus.open()) {
            bus.subscribe(QUOTES, (quote, context) -> seen.add(quote.symbol + " " + quote.price));
            Publisher<Quote> quotes = bus.publisher(QUOTES);
            String symbol = "TKR";
            long price = 42;
            // snippet
            try (Claim<Quote> claim = quotes.claim()) {
                claim.message().set(symbol, price);
                claim.commit();
            }
            // end
        }
        assertThat(seen).containsExactly("TKR 42");
    }

    @Test
    void subscriptionBuilder() {
        var billed = new ArrayList<Order>();
        try (Bus bus = Bus.open()) {
            // snippet
            bus.subscription(ORDERS)
                    .group("billing")
                    .keyedBy(Order::customer)
                    .retry(RetryPolicy.of(5))
                    .handle((order, context) -> bill(order));
            // end
            bus.subscribe(ORDERS, (order, context) -> billed.add(order));
            bus.publish(ORDERS, new Order("one"));
        }
        assertThat(billed).containsExactly(new Order("one"));
    }

    private static void bill(Order order) {
        assertThat(order.customer()).isNotEmpty();
    }

    @Test
    void stepper() {
        var handled = new ArrayList<Order>();
        Handler<Order> handler = (order, context) -> handled.add(order);
        Order order = new Order("one");
        // snippet
        Stepper stepper = Stepper.at(Instant.parse("2026-11-01T12:00:00Z"));
        try (Bus bus = Bus.open(BusOptions.DEFAULT.steppedBy(stepper))) {
            bus.subscribe(ORDERS, handler);
            bus.publish(ORDERS, order);
            stepper.run(); // the handler gets the order
            stepper.advance(Duration.ofMinutes(5)); // and what was to happen meanwhile happens
        }
        // end
        assertThat(handled).containsExactly(order);
    }

    @Test
    void probe() {
        Order order = new Order("somebody");
        Stepper stepper = Stepper.at(Instant.parse("2026-11-01T12:00:00Z"));
        try (Bus bus = Bus.open(BusOptions.DEFAULT.steppedBy(stepper))) {
            bus.subscribe(
                    ORDERS, (ordered, context) -> bus.publish(ALERTS, new Alert(ordered.customer() + " has ordered")));
            // snippet
            Probe<Alert> alerts = Probe.on(bus, ALERTS);
            bus.publish(ORDERS, order);
            stepper.run();
            assertThat(alerts.next()).isEqualTo(new Alert("somebody has ordered"));
            alerts.expectNone();
            // end
        }
    }

    @Test
    void retryPolicy() {
        // snippet
        RetryPolicy policy = RetryPolicy.of(5)
                .withBackoff(Duration.ofMillis(50), 3, Duration.ofSeconds(10))
                .onlyFor(IOException.class::isInstance);
        // end
        assertThat(policy.delayNs(1, new IOException("busy"), random)).isPositive();
        assertThat(policy.delayNs(1, new IllegalStateException("never"), random))
                .isNegative();
    }

    private final class Tracing implements Interceptor {
        @Override
        // snippet
        public Headers onPublish(String topic, Object message, Headers headers, Headers cause) {
            TraceContext before = TraceContext.of(cause);
            TraceContext now = before == null ? TraceContext.newRoot(random) : before.child(random);
            return headers.withTraceContext(now.toString());
        }
        // end
    }

    @Test
    void traceContext() {
        Stepper stepper = Stepper.at(Instant.parse("2026-11-01T12:00:00Z"));
        try (Bus bus = Bus.open(BusOptions.DEFAULT.steppedBy(stepper).withInterceptor(new Tracing()))) {
            bus.subscribe(ORDERS, (order, context) -> bus.publish(ALERTS, new Alert("there is an order")));
            Probe<Order> orders = Probe.on(bus, ORDERS);
            Probe<Alert> alerts = Probe.on(bus, ALERTS);
            bus.publish(ORDERS, new Order("somebody"));
            stepper.run();
            TraceContext first = TraceContext.parse(orders.headers().get(0).traceContext());
            TraceContext second = TraceContext.parse(alerts.headers().get(0).traceContext());
            assertThat(second.traceId()).isEqualTo(first.traceId());
            assertThat(second).isNotEqualTo(first);
        }
    }

    @Test
    void languageModel() {
        var shown = new StringBuilder();
        // snippet
        try (LanguageModel model = LanguageModel.load(Path.of("models/house-dialogue"))) {
            int[] prompt = model.chatPrompt(List.of(ChatMessage.user("I need a table for two")), 64);
            model.generate(prompt, model.defaults(), piece -> shown.append(piece.text()), () -> false);
        }
        // end
        assertThat(shown).isNotEmpty();
    }

    @Test
    void generationHandler() {
        try (LanguageModel model = LanguageModel.load(Path.of("models/house-dialogue"));
                Bus bus = Bus.open()) {
            // snippet
            bus.serveAsync(
                    DIALOGUE,
                    GenerationHandler.of(
                            model,
                            query -> model.chatPrompt(List.of(ChatMessage.user(query.query())), 64),
                            model.defaults(),
                            (piece, headers) -> new NlpResponse(piece.text(), Instant.now())));
            // end
            assertThat(bus.request(DIALOGUE, query).join().response()).isNotBlank();
        }
    }

    @Test
    void modelSlot() {
        Path first = Path.of("models/house-dialogue");
        Path second = first;
        Bus bus = Bus.open();
        // snippet
        try (var slot = new ModelSlot(LanguageModel.load(first))) {
            bus.serveAsync(
                    DIALOGUE,
                    GenerationHandler.of(
                            slot,
                            (model, query) -> model.chatPrompt(List.of(ChatMessage.user(query.query())), 64),
                            (model, query) -> model.defaults(),
                            (piece, headers) -> new NlpResponse(piece.text(), Instant.now())));
            LanguageModel next = LanguageModel.load(second);
            next.warmUp();
            slot.replace(next, Duration.ofSeconds(30));
            // not shown
            assertThat(bus.request(DIALOGUE, query).join().response()).isNotBlank();
            bus.close();
            // shown
        }
        // end
    }

    @Test
    void journal(@TempDir Path directory) {
        // snippet
        try (Journal<Alert> journal = Journal.open(directory, JsonCodec.of(Alert.class))) {
            long position = journal.append(new Alert("queue is filling"), Headers.NONE.withSender("monitor"));
            // not shown
            assertThat(journal.readFrom(position).poll()).isNotNull();
            // shown
            journal.last(10).forEach(entry -> pager.page(entry.message()));
        }
        // end
        assertThat(pager.pages).hasSize(1);
    }
}

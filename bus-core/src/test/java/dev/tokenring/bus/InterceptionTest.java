package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Interceptors stand around every publish, every handler and every reply of their bus. */
class InterceptionTest extends BusTest {
    private static final Topic<String> QUESTIONS = Topic.of("questions", String.class);
    private static final Topic<String> ANSWERS = Topic.of("answers", String.class);
    private static final Topic<StringBuilder> PAGES = Topic.inPlace("pages", StringBuilder.class, StringBuilder::new);
    private static final Service<String, String> DIALOGUE = Service.of("dialogue", String.class, String.class);

    private final List<String> seen = new CopyOnWriteArrayList<>();

    /** What a tracing library would do: begins a trace, or goes on with it, and writes down where it passes. */
    private final class Tracer implements Interceptor {
        private final Random random = new Random(7);

        @Override
        public Headers onPublish(String topic, Object message, Headers headers, Headers cause) {
            TraceContext before = TraceContext.of(cause);
            TraceContext now = before == null ? TraceContext.newRoot(random) : before.child(random);
            return headers.withTraceContext(now.toString());
        }

        @Override
        public void aroundHandle(String topic, String subscription, Object message, Headers headers, Proceed proceed)
                throws Exception {
            seen.add("handle " + topic + " " + message + " in " + traceId(headers));
            proceed.proceed();
        }

        @Override
        public void onReply(String service, Headers headers, @Nullable Throwable failure, Duration took) {
            assertThat(took).isGreaterThanOrEqualTo(Duration.ZERO);
            seen.add("reply " + service + " " + failure + " in " + traceId(headers));
        }
    }

    private static String traceId(Headers headers) {
        TraceContext context = TraceContext.of(headers);
        return context == null ? "no trace" : context.traceId();
    }

    private Bus open(Interceptor interceptor) {
        return open(BusOptions.DEFAULT.withInterceptor(interceptor));
    }

    @Test
    void traceGoesFromPublisherThroughHandlersToRepliesAndOn() {
        Bus bus = open(new Tracer());
        bus.serve(DIALOGUE, (question, context) -> {
            bus.publish(ANSWERS, "noted");
            return question + "!";
        });
        bus.subscribe(QUESTIONS, (question, context) -> bus.request(DIALOGUE, question));
        bus.subscribe(ANSWERS, (answer, context) -> {});

        bus.publish(QUESTIONS, "why");
        await("all have seen it", () -> seen.size() == 4);
        String trace = seen.get(0).replaceAll(".* in ", "");
        assertThat(trace).matches("[0-9a-f]{32}");
        assertThat(seen)
                .containsExactlyInAnyOrder(
                        "handle questions why in " + trace,
                        "handle dialogue why in " + trace,
                        "handle answers noted in " + trace,
                        "reply dialogue null in " + trace);

        bus.publish(QUESTIONS, "when");
        await("all have seen that too", () -> seen.size() == 8);
        assertThat(seen.subList(4, 8)).as("another trace").allSatisfy(line -> assertThat(line)
                .doesNotContain(trace));
    }

    @Test
    void traceGoesOnFromThreadsOfAnExecutorAndFromBatches() throws Exception {
        Bus bus = open(new Tracer());
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try {
            bus.subscription(QUESTIONS)
                    .on(Execution.executor(executor, 1))
                    .handle((question, context) -> bus.publish(ANSWERS, question));
            bus.subscription(ANSWERS).handleBatches((answers, last) -> bus.request(DIALOGUE, "batch"));
            bus.publish(QUESTIONS, "why");
            await("all have seen it", () -> seen.size() == 3);
            String trace = seen.get(0).replaceAll(".* in ", "");
            assertThat(seen.get(1)).isEqualTo("handle answers [why] in " + trace);
            assertThat(seen.get(2))
                    .startsWith("reply dialogue ")
                    .contains("nobody serves")
                    .endsWith(trace);
        } finally {
            executor.shutdown();
        }
    }

    /** Writes its name into the headers of everything. */
    private static final class Signer implements Interceptor {
        @Override
        public Headers onPublish(String topic, Object message, Headers headers, Headers cause) {
            return headers.withSender("signer of " + message);
        }
    }

    @Test
    void everyWayOfPublishingPassesTheInterceptors() throws Exception {
        Bus bus = open(new Signer());
        var senders = new CopyOnWriteArrayList<String>();
        Topic<String> small = QUESTIONS.withCapacity(2);
        var gate = new Gate();
        bus.subscribe(small, (question, context) -> {
            gate.pass();
            senders.add(context.headers().sender());
        });
        Publisher<String> publisher = bus.publisher(small);
        publisher.publish("a");
        publisher.tryPublish("b");
        gate.awaitArrival();
        var waiting = start(() -> {
            publisher.publish("c", Headers.NONE.withMessageId("m"));
            publisher.tryPublish("d", Headers.NONE, PATIENCE);
            publisher.publishAll(List.of("e", "f"), Headers.NONE);
            return null;
        });
        gate.open();
        get(waiting);
        await("all arrive", () -> senders.size() == 6);
        assertThat(senders)
                .containsExactly(
                        "signer of a", "signer of b", "signer of c", "signer of d", "signer of e", "signer of f");
    }

    @Test
    void messageInPlacePassesTheInterceptorsWhenItIsFilled() {
        Bus bus = open(new Signer());
        var senders = new CopyOnWriteArrayList<String>();
        bus.subscribe(
                PAGES,
                (page, context) -> senders.add(context.headers().sender() + " with "
                        + context.headers().messageId()));
        Publisher<StringBuilder> publisher = bus.publisher(PAGES);
        publisher.publishInPlace(page -> page.append("one"));
        try (Claim<StringBuilder> claim = publisher.claim()) {
            claim.headers(Headers.NONE.withMessageId("m-2"));
            claim.message().append("two");
            claim.commit();
        }
        try (Claim<StringBuilder> aborted = publisher.tryClaim()) {
            assertThat(aborted).isNotNull();
        }
        await("both arrive", () -> senders.size() == 2);
        assertThat(senders).containsExactly("signer of one with null", "signer of two with m-2");
    }

    @Test
    void refusedMessageIsNotPublishedAndItsPublisherIsTold() {
        Bus bus = open(new Interceptor() {
            @Override
            public Headers onPublish(String topic, Object message, Headers headers, Headers cause) {
                if (message.toString().contains("secret")) {
                    throw new SecurityException("not you");
                }
                return headers;
            }
        });
        bus.subscribe(QUESTIONS, (question, context) -> seen.add(question));
        bus.subscribe(PAGES, (page, context) -> seen.add(page.toString()));
        assertThatThrownBy(() -> bus.publish(QUESTIONS, "secret")).isInstanceOf(SecurityException.class);
        assertThatThrownBy(() -> bus.request(DIALOGUE, "secret")).isInstanceOf(SecurityException.class);
        assertThatThrownBy(() -> bus.publisher(PAGES).publishInPlace(page -> page.append("secret")))
                .isInstanceOf(SecurityException.class);
        assertThatThrownBy(() -> {
                    try (Claim<StringBuilder> claim = bus.publisher(PAGES).claim()) {
                        claim.message().append("secret");
                        claim.commit();
                    }
                })
                .isInstanceOf(SecurityException.class);
        var reader = new Reader<String>(1);
        bus.stream(DIALOGUE, "secret").subscribe(reader);
        assertThat(reader.signals.get(1)).isInstanceOf(SecurityException.class);

        bus.publish(QUESTIONS, "open");
        await("the open one arrives", () -> seen.contains("open"));
        assertThat(seen).containsExactly("open");
    }

    @Test
    void handlerIsReachedThroughTheInterceptorsEachTimeItIsTried() {
        var calls = new CopyOnWriteArrayList<String>();
        Bus bus = open(new Interceptor() {
            @Override
            public void aroundHandle(
                    String topic, String subscription, Object message, Headers headers, Proceed proceed)
                    throws Exception {
                calls.add(subscription + " " + message);
                if (calls.size() == 1) {
                    throw new IllegalStateException("try again");
                }
                if (!message.equals("skip")) {
                    proceed.proceed();
                }
            }
        });
        Subscription subscription = bus.subscription(QUESTIONS)
                .named("reader")
                .retry(RetryPolicy.of(2))
                .handle((question, context) -> seen.add(question));
        bus.publish(QUESTIONS, "why");
        await("it is tried again", () -> seen.contains("why"));
        bus.publish(QUESTIONS, "skip");
        await("all are handled", () -> subscription.delivered() == 2);
        assertThat(calls).containsExactly("reader why", "reader why", "reader skip");
        assertThat(seen).containsExactly("why");
    }

    @Test
    void everyEndOfARequestIsSeenOnce() {
        Bus bus = open(new Tracer());
        var gate = new Gate();
        bus.serveStream(DIALOGUE, (question, replies) -> {
            if (question.equals("slow")) {
                gate.pass();
            }
            replies.send(question);
        });
        var whole = new Reader<String>(Long.MAX_VALUE);
        bus.stream(DIALOGUE, "quick").subscribe(whole);
        await("the stream ends", () -> whole.signals.contains("complete"));
        var cancelled = new Reader<String>(1);
        bus.stream(DIALOGUE, "slow").subscribe(cancelled);
        cancelled.subscription.cancel();
        CompletableFuture<String> late = bus.request(DIALOGUE, "slow", Duration.ofMillis(1));
        await("it is too late", late::isDone);
        gate.open();
        await("all ends are seen", () -> replies().size() == 3);
        assertThat(replies().get(0)).startsWith("reply dialogue null in ");
        assertThat(replies().get(1)).contains("CancellationException");
        assertThat(replies().get(2)).contains("TIMEOUT");
    }

    private List<String> replies() {
        return seen.stream().filter(line -> line.startsWith("reply")).toList();
    }

    @Test
    void interceptorThatThrowsOnReplyChangesNothingForTheCaller() throws Exception {
        Bus bus = open(new Interceptor() {
            @Override
            public void onReply(String service, Headers headers, @Nullable Throwable failure, Duration took) {
                throw new IllegalStateException("broken tracer");
            }
        });
        bus.serve(DIALOGUE, (question, context) -> question + "!");
        assertThat(get(bus.request(DIALOGUE, "why"))).isEqualTo("why!");
        await("it is reported", () -> !errors.isEmpty());
        assertThat(errors.get(0).cause()).hasMessage("broken tracer");
    }
}

package dev.tokenring.examples.dialogue;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.BusOptions;
import dev.tokenring.bus.Headers;
import dev.tokenring.bus.Publisher;
import dev.tokenring.bus.RequestException;
import dev.tokenring.bus.Service;
import dev.tokenring.bus.Topic;
import dev.tokenring.codec.CodecException;
import dev.tokenring.codec.JsonCodec;
import dev.tokenring.examples.dialogue.Statistics.Measurement;
import dev.tokenring.llm.ChatHandler;
import dev.tokenring.llm.ChatOptions;
import dev.tokenring.llm.Generation;
import dev.tokenring.llm.GenerationOptions;
import dev.tokenring.llm.LanguageModel;
import dev.tokenring.llm.PromptTooLongException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The dialogue itself: a front end, a model and an observer on one bus.
 *
 * <pre>
 *   line -> JSON -> NlpQuery -> DIALOGUE service -> journal -> model
 *                                                     |
 *   terminal &lt;- parts of the NlpResponse &lt;------------+ -> journal
 *                                                     |
 *                                     MEASUREMENTS topic -> statistics
 * </pre>
 */
final class Dialogue {
    private static final Service<NlpQuery, NlpResponse> DIALOGUE = Service.of(
                    "dialogue", NlpQuery.class, NlpResponse.class)
            .withMerge(NlpResponse::append)
            .withTimeout(Duration.ofMinutes(5));

    private static final Topic<Measurement> MEASUREMENTS = Topic.of("dialogue.measurements", Measurement.class);

    /** How long an answer may go on after Ctrl-C. */
    private static final Duration LAST_ANSWER = Duration.ofSeconds(10);

    private static final int SHOWN_MESSAGES = 20;

    private final LanguageModel model;
    private final GenerationOptions options;
    private final JournalChatStore store;
    private final Terminal terminal;
    private final String sender;
    private final boolean showJson;
    private final Clock clock;
    private final JsonCodec<NlpMessage> codec = JsonCodec.of(NlpMessage.class);
    private final Bus bus = Bus.open(BusOptions.DEFAULT.withName("dialogue").withCloseTimeout(Duration.ofSeconds(1)));
    private final Publisher<Measurement> measurements = bus.publisher(MEASUREMENTS);
    private final Statistics statistics = new Statistics();
    private final AtomicInteger tokens = new AtomicInteger();
    private final ReentrantLock turn = new ReentrantLock();
    private volatile boolean ending;
    private boolean ended;

    Dialogue(
            LanguageModel model,
            GenerationOptions options,
            JournalChatStore store,
            Terminal terminal,
            String sender,
            boolean showJson,
            Clock clock) {
        this.model = model;
        this.options = options;
        this.store = store;
        this.terminal = terminal;
        this.sender = sender;
        this.showJson = showJson;
        this.clock = clock;
    }

    /** Takes lines until there are no more, or Ctrl-C. */
    void run() {
        store.onKept(this::kept);
        bus.serveAsync(
                DIALOGUE,
                ChatHandler.of(
                        model,
                        store,
                        ChatOptions.of(options),
                        query -> JournalChatStore.DEFAULT_SESSION,
                        NlpQuery::query,
                        this::reply));
        bus.subscribe(MEASUREMENTS, "statistics", (measurement, context) -> statistics.add(measurement));
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "dialogue-end"));
        showHistory();
        String line;
        while (!ending && (line = terminal.readLine(sender + "> ")) != null) {
            if (!line.isBlank()) {
                take(line.strip());
            }
        }
        end();
    }

    private void showHistory() {
        terminal.println("Tokenring dialogue with the model " + model.name() + ", kept in "
                + store.directory().toAbsolutePath().normalize());
        if (!store.recovery().isClean()) {
            terminal.println("(the last run ended in the middle of writing: "
                    + store.recovery().cutBytes() + " bytes of an unfinished entry were cut)");
        }
        List<NlpMessage> history = store.history();
        int hidden = Math.max(0, history.size() - SHOWN_MESSAGES);
        if (hidden > 0) {
            terminal.println("(" + (store.entryCount() - SHOWN_MESSAGES) + " earlier messages)");
        }
        if (!history.isEmpty()) {
            terminal.println("--- what was said before");
        }
        for (NlpMessage message : history.subList(hidden, history.size())) {
            if (message instanceof NlpQuery query) {
                terminal.println(query.sender() + "> " + query.query());
            } else if (message instanceof NlpResponse response) {
                terminal.println("agent> " + response.response());
            }
        }
        if (!history.isEmpty()) {
            terminal.println("--- now");
        }
    }

    private void take(String line) {
        turn.lock();
        try {
            if (!ending) {
                answer(decode(line));
            }
        } catch (CodecException e) {
            terminal.complain("That line is not a message: " + e.getMessage());
        } finally {
            turn.unlock();
        }
    }

    /** A line of text becomes a message in JSON; a line that is JSON already is taken as it is. */
    private NlpQuery decode(String line) {
        byte[] json = line.startsWith("{")
                ? line.getBytes(StandardCharsets.UTF_8)
                : codec.encode(new NlpQuery(line, sender, clock.instant().truncatedTo(ChronoUnit.SECONDS)));
        NlpMessage message = codec.decode(json);
        if (message instanceof NlpQuery query) {
            return query;
        }
        throw new CodecException("it is an NLPResponse; ask with an NLPQuery");
    }

    private void answer(NlpQuery query) {
        tokens.set(0);
        var printer = new AnswerPrinter(terminal);
        CompletableFuture<NlpResponse> whole =
                printer.whole().whenComplete((response, failure) -> measure(printer, failure == null));
        bus.stream(DIALOGUE, query, headers(query), DIALOGUE.timeout()).subscribe(printer);
        try {
            NlpResponse response = whole.join();
            terminal.println("");
            show(response);
        } catch (CompletionException e) {
            terminal.println("(no answer)");
            terminal.complain(reason(e));
        }
    }

    private static Headers headers(NlpQuery query) {
        Headers headers =
                Headers.NONE.withCorrelationId(UUID.randomUUID().toString()).withTime(query.timestamp());
        return query.sender().isEmpty() ? headers : headers.withSender(query.sender());
    }

    /** A question is shown when it is safe, before the model begins to answer. */
    private void kept(NlpMessage message) {
        if (message instanceof NlpQuery query) {
            terminal.echo(query.sender() + "> ", query.query());
            show(query);
            terminal.print("agent> ");
        }
    }

    private void measure(AnswerPrinter printer, boolean replied) {
        measurements.publish(new Measurement(replied, tokens.get(), printer.toFirstToken(), printer.sinceStart()));
    }

    private void show(NlpMessage message) {
        if (showJson) {
            terminal.println(new String(codec.encode(message), StandardCharsets.UTF_8));
        }
    }

    private static String reason(CompletionException failure) {
        Throwable cause = failure.getCause();
        if (cause instanceof RequestException && cause.getCause() instanceof PromptTooLongException tooLong) {
            return "That line is too long: " + tooLong.getMessage();
        }
        return String.valueOf(cause == null ? failure.getMessage() : cause.getMessage());
    }

    private NlpResponse reply(Generation piece, Headers headers) {
        tokens.addAndGet(piece.tokenIds().size());
        return new NlpResponse(
                piece.text(), clock.instant().truncatedTo(ChronoUnit.SECONDS), String.valueOf(headers.correlationId()));
    }

    /** Lets the answer that is being given come to its end, closes everything and prints the table; once. */
    private synchronized void end() {
        ending = true;
        awaitTurn();
        bus.close();
        turn.lock();
        try {
            if (!ended) {
                ended = true;
                terminal.println("");
                terminal.print(statistics.table(store.bytesAppended()));
                store.close();
                model.close();
            }
        } finally {
            turn.unlock();
        }
    }

    private void awaitTurn() {
        try {
            if (turn.tryLock(LAST_ANSWER.toNanos(), TimeUnit.NANOSECONDS)) {
                turn.unlock();
            }
        } catch (InterruptedException inAHurry) {
            Thread.currentThread().interrupt();
        }
    }
}

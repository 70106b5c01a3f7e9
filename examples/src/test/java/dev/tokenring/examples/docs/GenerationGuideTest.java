package dev.tokenring.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.Headers;
import dev.tokenring.bus.Service;
import dev.tokenring.bus.Topic;
import dev.tokenring.llm.ChatMessage;
import dev.tokenring.llm.EngineOptions;
import dev.tokenring.llm.EngineSample;
import dev.tokenring.llm.GenerationHandler;
import dev.tokenring.llm.LanguageModel;
import dev.tokenring.llm.ModelOptions;
import dev.tokenring.llm.ModelSlot;
import dev.tokenring.llm.ParkPolicy;
import dev.tokenring.llm.Precision;
import dev.tokenring.llm.RequestSample;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The snippets of the guide to generation. */
class GenerationGuideTest {
    // snippet
    record Ask(String text) {}

    record Said(String text) {}

    static final Service<Ask, Said> DIALOGUE = Service.of("dialogue", Ask.class, Said.class)
            .withMerge((part, next) -> new Said(part.text() + next.text()))
            .withTimeout(Duration.ofMinutes(1));
    // end

    // snippet
    static final Topic<EngineSample> SAMPLES = Topic.of("llm.samples", EngineSample.class);
    // end

    private final Path folder = Path.of("models/house-dialogue");
    private final Bus bus = Bus.open();
    private final StringBuilder shown = new StringBuilder();
    private final BlockingQueue<Integer> recorded = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        bus.close();
    }

    private void show(String text) {
        shown.append(text);
    }

    private void record(Duration queueTime, int outputTokens) {
        assertThat(queueTime).isPositive();
        recorded.add(outputTokens);
    }

    @Test
    void serveAskAndCancel() {
        try (LanguageModel model = LanguageModel.load(folder)) {
            // snippet
            bus.serveAsync(
                    DIALOGUE,
                    GenerationHandler.of(
                            model,
                            ask -> model.chatPrompt(List.of(ChatMessage.user(ask.text())), 64),
                            model.defaults().withMaxTokens(64),
                            (piece, headers) -> new Said(piece.text())));
            // end

            // snippet
            Said whole =
                    bus.request(DIALOGUE, new Ask("I need a table for two")).join();
            bus.stream(DIALOGUE, new Ask("I need a table for two"), Duration.ofSeconds(30), part -> show(part.text()))
                    .join();
            // end
            assertThat(shown).hasToString(whole.text()).isNotBlank();

            // snippet
            Headers urgent = Headers.NONE.withPriority(1);
            CompletableFuture<Said> answer =
                    bus.request(DIALOGUE, new Ask("Is the kitchen open?"), urgent, Duration.ofSeconds(5));
            answer.cancel(true);
            // end
            assertThat(answer).isDone();
            bus.close();
        }
    }

    @Test
    void options() {
        // snippet
        EngineOptions sharing = EngineOptions.DEFAULT
                .withMaxBatchSize(8)
                .withStepTokens(64)
                .withCacheBytes(512L << 20)
                .withQueueLimit(100)
                .withParkPolicy(ParkPolicy.DROP);
        ModelOptions running = ModelOptions.DEFAULT.withDevice("cpu").withPrecision(Precision.BF16);

        LanguageModel shared = LanguageModel.load(folder, running, sharing);
        // end
        try (shared) {
            assertThat(shared.generate(shared.tokenize("Hello"), shared.defaults())
                            .tokenIds())
                    .isNotEmpty();
        }
    }

    @Test
    void anotherVersion() {
        LanguageModel model = LanguageModel.load(folder);
        // snippet
        try (var slot = new ModelSlot(model)) {
            bus.serveAsync(
                    DIALOGUE,
                    GenerationHandler.of(
                            slot,
                            (present, ask) -> present.chatPrompt(List.of(ChatMessage.user(ask.text())), 64),
                            (present, ask) -> present.defaults().withMaxTokens(64),
                            (piece, headers) -> new Said(piece.text())));

            LanguageModel next = LanguageModel.load(folder);
            next.warmUp();
            int unfinished = slot.replace(next, Duration.ofSeconds(30));
            // not shown
            assertThat(unfinished).isZero();
            assertThat(bus.request(DIALOGUE, new Ask("Hello")).join().text()).isNotBlank();
            bus.close();
            // shown
        }
        // end
    }

    @Test
    void monitoring() throws InterruptedException {
        // snippet
        EngineOptions watched = EngineOptions.DEFAULT.withSamples(bus.publisher(SAMPLES));
        bus.subscribe(SAMPLES, (sample, context) -> {
            if (sample instanceof RequestSample request) {
                record(request.queueTime(), request.outputTokens());
            }
        });
        // end
        try (LanguageModel model = LanguageModel.load(folder, ModelOptions.DEFAULT, watched)) {
            int tokens = model.generate(model.tokenize("Hello"), model.defaults())
                    .tokenIds()
                    .size();
            assertThat(recorded.poll(30, TimeUnit.SECONDS)).isEqualTo(tokens);
        }
    }
}

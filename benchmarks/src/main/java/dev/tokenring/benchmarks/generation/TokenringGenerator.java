package dev.tokenring.benchmarks.generation;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.Service;
import dev.tokenring.llm.Generation;
import dev.tokenring.llm.GenerationHandler;
import dev.tokenring.llm.GenerationOptions;
import dev.tokenring.llm.LanguageModel;
import dev.tokenring.llm.ModelOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The bus: a service with everything at its default, asked for streams, as an application would. */
final class TokenringGenerator implements Generator {
    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    private static final Service<Request, Generation> SERVICE = Service.of("generate", Request.class, Generation.class);

    private final LanguageModel model;
    private final Bus bus = Bus.open();

    TokenringGenerator(Path folder, ModelOptions options, GenerationOptions generation) {
        model = LanguageModel.load(folder, options);
        bus.serveAsync(
                SERVICE,
                GenerationHandler.of(
                        model,
                        request -> request.prompt,
                        request -> generation.withMaxTokens(request.newTokens),
                        (piece, headers) -> piece));
    }

    private static final class Request {
        private final int[] prompt;
        private final int newTokens;

        Request(int[] prompt, int newTokens) {
            this.prompt = prompt;
            this.newTokens = newTokens;
        }
    }

    @Override
    public int[] generate(List<int[]> prompts, int newTokens) {
        int[] came = new int[prompts.size()];
        List<CompletableFuture<Void>> answers = new ArrayList<>();
        for (int i = 0; i < came.length; i++) {
            int caller = i;
            answers.add(bus.stream(
                    SERVICE,
                    new Request(prompts.get(i), newTokens),
                    TIMEOUT,
                    piece -> came[caller] += piece.tokenIds().size()));
        }
        answers.forEach(CompletableFuture::join);
        return came;
    }

    @Override
    public void close() {
        bus.close();
        model.close();
    }
}

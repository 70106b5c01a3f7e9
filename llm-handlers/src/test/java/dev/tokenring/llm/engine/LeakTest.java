package dev.tokenring.llm.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.llm.EngineOptions;
import dev.tokenring.llm.Generation;
import dev.tokenring.llm.GenerationOptions;
import dev.tokenring.llm.ModelOptions;
import dev.tokenring.llm.TinyModel;
import dev.tokenring.llm.model.ModelFolder;
import dev.tokenring.llm.model.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * After many requests, of which some are cancelled, some come too late and some have readers that fail, nothing is left:
 * no array, no cache, no thread, no memory. The profile {@code slow} makes it 10,000 requests.
 */
@Timeout(1200)
class LeakTest {
    private static final int REQUESTS = Math.min(10_000, Integer.getInteger("tokenring.soak.seconds", 5) * 60);
    private static final long SPARE_BYTES = 96L << 20;

    @TempDir
    Path folder;

    private final Random random = new Random(2026);

    private static final class Reading implements Reader {
        final CompletableFuture<Boolean> over = new CompletableFuture<>();
        private final int failAfter;
        private final int goneAfter;
        private int pieces;
        private volatile boolean gone;

        Reading(int failAfter, int goneAfter) {
            this.failAfter = failAfter;
            this.goneAfter = goneAfter;
        }

        @Override
        public boolean isGone() {
            return gone;
        }

        @Override
        public boolean hasRoom() {
            return true;
        }

        @Override
        public void onRoom(Runnable action) {
            action.run();
        }

        @Override
        public void read(Generation piece) {
            pieces++;
            gone = pieces >= goneAfter;
            if (piece.finishReason() != null) {
                over.complete(true);
            } else if (pieces == failAfter) {
                throw new IllegalStateException("enough");
            }
        }

        @Override
        public void failed(Throwable cause) {
            over.complete(false);
        }
    }

    @Test
    void nothingIsLeftOfManyRequests() throws Exception {
        new TinyModel(5).set("n_positions", 96).write(folder);
        ModelFolder opened = ModelFolder.open(folder);
        TorchStepModel model;
        try (SafeTensors weights = opened.openWeights()) {
            model = TorchStepModel.load(opened.family(), weights, ModelOptions.DEFAULT);
        }
        int arraysBefore = model.arrays();
        var engine = GenerationEngine.start(
                "leak",
                () -> model,
                (options, sample, prompt, room) -> new Sampler(options),
                EngineOptions.DEFAULT
                        .withMaxBatchSize(6)
                        .withStepTokens(48)
                        .withQueueLimit(20)
                        .withCacheBytes(1000 * model.cacheBytesPerToken()));
        run(engine, REQUESTS / 4);
        long residentBefore = residentBytes();
        run(engine, REQUESTS - REQUESTS / 4);
        long grown = residentBytes() - residentBefore;
        while (engine.open() > 0) {
            Thread.onSpinWait();
        }
        // Caches are for 32, 64 or 96 tokens; of each kind there may be a slab in use, and an empty one.
        assertThat(model.arrays()).isLessThanOrEqualTo(arraysBefore + 6);
        assertThat(grown).isLessThan(SPARE_BYTES);
        engine.close();
        assertThat(threads()).isEmpty();
    }

    private void run(GenerationEngine engine, int requests) throws Exception {
        var open = new ArrayList<Reading>();
        for (int i = 0; i < requests; i++) {
            int kind = random.nextInt(8);
            var reading = new Reading(kind == 0 ? 3 : Integer.MAX_VALUE, kind == 1 ? 2 : Integer.MAX_VALUE);
            open.add(reading);
            engine.generateAll(
                    random.ints(1 + random.nextInt(40), 0, 256).toArray(),
                    GenerationOptions.GREEDY.withMaxTokens(1 + random.nextInt(20)),
                    random.nextInt(3),
                    kind == 2 ? TimeUnit.MILLISECONDS.toNanos(3) : TimeUnit.SECONDS.toNanos(60),
                    LeakTest::decode,
                    reading);
            if (open.size() == 24) {
                for (Reading one : open) {
                    one.over.get(60, TimeUnit.SECONDS);
                }
                open.clear();
            }
        }
        for (Reading one : open) {
            one.over.get(60, TimeUnit.SECONDS);
        }
    }

    private static String decode(List<Integer> ids) {
        return "x".repeat(ids.size());
    }

    private static long residentBytes() throws IOException {
        System.gc();
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElse(0);
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.endsWith("-leak"))
                .toList();
    }
}

package dev.tokenring.llm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tokenring.llm.ModelOptions;
import dev.tokenring.llm.Precision;
import dev.tokenring.llm.TinyModel;
import dev.tokenring.llm.model.ModelFolder;
import dev.tokenring.llm.model.SafeTensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sequence computes the same alone or in company, whole or in chunks, from the beginning or from a copy. */
class TorchStepModelTest {
    private static final Path HOUSE = Path.of("../examples/models/house-dialogue");

    @TempDir
    Path folder;

    private static TorchStepModel open(Path folder) {
        ModelFolder opened = ModelFolder.open(folder);
        try (SafeTensors weights = opened.openWeights()) {
            return TorchStepModel.load(opened.family(), weights, ModelOptions.DEFAULT.withPrecision(Precision.FP32));
        }
    }

    private static int[] randomIds(int count, int vocabulary) {
        return new Random(11).ints(count, 0, vocabulary).toArray();
    }

    private static float[] append(StepModel model, KvCache cache, int... ids) {
        var chunk = new Chunk(cache, ids, Chunk.Wanted.LAST);
        model.step(List.of(chunk));
        return chunk.logits();
    }

    @Test
    void everyPrefixOfAWholeContextAgrees() {
        new TinyModel(3).write(folder);
        int[] ids = randomIds(24, 257);
        try (TorchStepModel model = open(folder);
                KvCache cache = model.newCache(1)) {
            for (int length = 1; length <= ids.length; length++) {
                float[] step = append(model, cache, ids[length - 1]);
                assertThat(step).containsExactly(model.logits(Arrays.copyOf(ids, length)), within(1e-4f));
                assertThat(cache.length()).isEqualTo(length);
            }
        }
    }

    @Test
    void everyWayToCutASequenceInTwoAgrees() {
        new TinyModel(4).write(folder);
        int[] ids = randomIds(24, 257);
        try (TorchStepModel model = open(folder)) {
            float[] whole = model.logits(ids);
            for (int cut = 1; cut < ids.length; cut++) {
                try (KvCache cache = model.newCache(ids.length)) {
                    append(model, cache, Arrays.copyOf(ids, cut));
                    assertThat(append(model, cache, Arrays.copyOfRange(ids, cut, ids.length)))
                            .containsExactly(whole, within(1e-4f));
                }
            }
        }
    }

    @Test
    void sequencesOfAStepDoNotMix() {
        new TinyModel(5).write(folder);
        var random = new Random(12);
        try (TorchStepModel model = open(folder)) {
            List<KvCache> caches = new ArrayList<>();
            List<List<Integer>> texts = new ArrayList<>();
            for (int step = 0; step < 40; step++) {
                if (caches.size() < 6) {
                    caches.add(model.newCache(1 + random.nextInt(24)));
                    texts.add(new ArrayList<>());
                }
                var chunks = new ArrayList<Chunk>();
                for (int i = 0; i < caches.size(); i++) {
                    int room = 24 - caches.get(i).length();
                    int size = random.nextBoolean() ? 1 : 1 + random.nextInt(room);
                    int[] ids = random.ints(size, 0, 257).toArray();
                    Arrays.stream(ids).forEach(texts.get(i)::add);
                    chunks.add(new Chunk(caches.get(i), ids, Chunk.Wanted.values()[random.nextInt(3)]));
                }
                model.step(chunks);
                for (int i = caches.size() - 1; i >= 0; i--) {
                    checkAgainstAlone(model, chunks.get(i), texts.get(i));
                    if (caches.get(i).length() == 24 || random.nextInt(8) == 0) {
                        caches.remove(i).close();
                        texts.remove(i);
                    }
                }
            }
            caches.forEach(KvCache::close);
        }
    }

    private static void checkAgainstAlone(TorchStepModel model, Chunk chunk, List<Integer> text) {
        int size = chunk.ids().length;
        for (int end = text.size() - size + 1; end <= text.size(); end++) {
            boolean last = end == text.size();
            if (chunk.wanted() == Chunk.Wanted.ALL || (last && chunk.wanted() == Chunk.Wanted.LAST)) {
                int row = chunk.wanted() == Chunk.Wanted.ALL ? end - (text.size() - size) - 1 : 0;
                float[] found = Arrays.copyOfRange(chunk.logits(), row * 257, (row + 1) * 257);
                int[] prefix = text.subList(0, end).stream().mapToInt(id -> id).toArray();
                assertThat(found).containsExactly(model.logits(prefix), within(1e-4f));
            }
        }
    }

    @Test
    void aCopyAndATruncatedCacheGoOnAsTheirTokensSay() {
        new TinyModel(6).write(folder);
        try (TorchStepModel model = open(folder);
                KvCache cache = model.newCache(4)) {
            append(model, cache, 1, 2, 3, 4, 5, 6);
            try (KvCache copy = cache.copyOf(4, 10)) {
                append(model, cache, 7);
                assertThat(copy.length()).isEqualTo(4);
                assertThat(copy.capacity()).isGreaterThanOrEqualTo(10);
                assertThat(append(model, copy, 9))
                        .containsExactly(model.logits(new int[] {1, 2, 3, 4, 9}), within(1e-4f));
                cache.truncate(2);
                assertThat(append(model, cache, 8)).containsExactly(model.logits(new int[] {1, 2, 8}), within(1e-4f));
                assertThat(append(model, copy, 8))
                        .containsExactly(model.logits(new int[] {1, 2, 3, 4, 9, 8}), within(1e-4f));
            }
        }
    }

    @Test
    void theHouseModelAgreesAtEveryPrefix() {
        int[] ids = randomIds(192, 4096);
        try (TorchStepModel model = open(HOUSE);
                KvCache cache = model.newCache(1)) {
            for (int length = 1; length <= ids.length; length++) {
                float[] step = append(model, cache, ids[length - 1]);
                if (length % 8 == 0 || length < 8) {
                    assertThat(step).containsExactly(model.logits(Arrays.copyOf(ids, length)), within(1e-3f));
                }
            }
        }
    }
}

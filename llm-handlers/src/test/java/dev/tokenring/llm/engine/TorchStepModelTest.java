package dev.tokenring.llm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import dev.tokenring.llm.ModelLoadException;
import dev.tokenring.llm.ModelOptions;
import dev.tokenring.llm.Precision;
import dev.tokenring.llm.TinyModel;
import dev.tokenring.llm.model.ModelFolder;
import dev.tokenring.llm.model.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A sequence computes the same alone or in company, whole or in chunks, from the beginning or from a copy. */
class TorchStepModelTest {
    private static final Path HOUSE = Path.of("../examples/models/house-dialogue");

    @TempDir
    Path folder;

    private static TorchStepModel open(Path folder) {
        return open(folder, ModelOptions.DEFAULT.withPrecision(Precision.FP32));
    }

    private static TorchStepModel openOnCpu(Path folder, Precision precision) {
        return open(folder, ModelOptions.DEFAULT.withDevice("cpu").withPrecision(precision));
    }

    private static TorchStepModel open(Path folder, ModelOptions options) {
        ModelFolder opened = ModelFolder.open(folder);
        try (SafeTensors weights = opened.openWeights()) {
            return TorchStepModel.load(opened.family(), weights, options);
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
                    chunks.add(new Chunk(caches.get(i), ids, Chunk.Wanted.values()[random.nextInt(4)]));
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
        if (chunk.wanted() == Chunk.Wanted.LIKELIEST) {
            float[] logits = model.logits(text.stream().mapToInt(id -> id).toArray());
            for (float logit : logits) {
                assertThat(logits[chunk.likeliest()]).isGreaterThan(logit - 1e-4f);
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

    @Test
    void eachWantedPieceHasLogitsOfItsOwn() {
        new TinyModel(7).write(folder);
        try (TorchStepModel model = open(folder);
                KvCache one = model.newCache(8);
                KvCache other = model.newCache(8)) {
            var all = new Chunk(one, new int[] {1, 2, 3}, Chunk.Wanted.ALL);
            var none = new Chunk(other, new int[] {4, 5}, Chunk.Wanted.NONE);
            model.step(List.of(none, all));
            assertThat(all.logits()).hasSize(3 * 257);
            assertThat(Arrays.copyOfRange(all.logits(), 257, 2 * 257))
                    .containsExactly(model.logits(new int[] {1, 2}), within(1e-4f));
            assertThatIllegalStateException().isThrownBy(none::logits);
        }
    }

    @Test
    void slabsThatAreHardlyUsedAreGivenBackAndTheirCachesMove() {
        new TinyModel(5).set("n_positions", 64).write(folder);
        int[] ids = randomIds(40, 256);
        try (TorchStepModel model = open(folder)) {
            int before = model.arrays();
            List<KvCache> caches = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                KvCache cache = model.newCache(20);
                append(model, cache, Arrays.copyOfRange(ids, i % 20, i % 20 + 5 + i % 10));
                caches.add(cache);
            }
            int full = model.arrays() - before;
            for (int i = 0; i < 300; i++) {
                if (i % 30 != 7) {
                    caches.get(i).close();
                }
            }
            assertThat(full).isGreaterThanOrEqualTo(9);
            assertThat(model.arrays() - before).isLessThanOrEqualTo(3);
            for (int i = 7; i < 300; i += 30) {
                int[] told = Arrays.copyOfRange(ids, i % 20, i % 20 + 5 + i % 10);
                int[] more = Arrays.copyOf(told, told.length + 1);
                assertThat(append(model, caches.get(i), more[told.length]))
                        .containsExactly(model.logits(more), within(1e-4f));
            }
            caches.forEach(KvCache::close);
        }
    }

    @Test
    void aCacheKeepsItsTokensWhenItGrows() {
        new TinyModel(8).set("n_positions", 200).write(folder);
        int[] ids = randomIds(150, 257);
        try (TorchStepModel model = open(folder);
                KvCache cache = model.newCache(1)) {
            for (int from = 0; from < ids.length; from += 30) {
                float[] logits = append(model, cache, Arrays.copyOfRange(ids, from, from + 30));
                assertThat(logits).containsExactly(model.logits(Arrays.copyOf(ids, from + 30)), within(1e-4f));
                assertThat(cache.capacity()).isBetween(from + 30, 200);
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> cache.ensureCapacity(201))
                    .withMessageContaining("201")
                    .withMessageContaining("200");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BF16", "PLAIN_BF16", "INT8"})
    void fewerBitsStayCloseAndInCompanyToo(Arithmetic arithmetic) {
        assumeTrue(
                arithmetic != Arithmetic.BF16 || Arithmetic.of(Precision.BF16, Device.cpu()) == arithmetic,
                "oneDNN does not compute with bfloat16 on this processor");
        int[] ids = randomIds(64, 4096);
        ModelFolder house = ModelFolder.open(HOUSE);
        try (SafeTensors weights = house.openWeights();
                TorchStepModel exact = open(HOUSE);
                TorchStepModel model = TorchStepModel.load(house.family(), weights, arithmetic, Device.cpu())) {
            var chunks = new ArrayList<Chunk>();
            for (int length = 1; length <= ids.length; length += 9) {
                chunks.add(new Chunk(model.newCache(length), Arrays.copyOf(ids, length), Chunk.Wanted.LAST));
            }
            model.step(chunks);
            for (Chunk chunk : chunks) {
                assertClose(chunk.logits(), exact.logits(chunk.ids()));
                int[] longer = Arrays.copyOf(chunk.ids(), chunk.ids().length + 1);
                assertClose(append(model, chunk.cache(), 0), exact.logits(longer));
            }
        }
    }

    private static void assertClose(float[] found, float[] exact) {
        double error = 0;
        double size = 0;
        for (int id = 0; id < exact.length; id++) {
            error += Math.pow(found[id] - exact[id], 2);
            size += Math.pow(exact[id], 2);
        }
        assertThat(Math.sqrt(error / size)).isLessThan(0.05);
    }

    @Test
    void halfPrecisionIsRefusedOnTheCpu() {
        new TinyModel(1).write(folder);
        assertThatThrownBy(() -> openOnCpu(folder, Precision.FP16))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("FP16")
                .hasMessageContaining("choose BF16, INT8 or FP32");
    }

    @ParameterizedTest
    @EnumSource(
            value = Precision.class,
            names = {"FP32", "BF16", "INT8"})
    @EnabledOnOs(OS.LINUX)
    void closingReturnsAllNativeMemory(Precision precision) throws IOException {
        leastResidentBytes(precision); // what is done once is done then
        long before = leastResidentBytes(precision);
        long after = leastResidentBytes(precision);
        // Of a model that stayed there would be 6 MB more after each round, with its caches much more.
        assertThat(after - before).isLessThan(24L << 20);
    }

    /** The heap too comes and goes, by tens of megabytes: what stays is what the smallest of several sizes shows. */
    private static long leastResidentBytes(Precision precision) throws IOException {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 8; round++) {
            loadUseAndClose(precision);
            least = Math.min(least, residentBytes());
        }
        return least;
    }

    private static void loadUseAndClose(Precision precision) {
        try (TorchStepModel model = openOnCpu(HOUSE, precision)) {
            var chunks = new ArrayList<Chunk>();
            for (int i = 0; i < 8; i++) {
                chunks.add(new Chunk(model.newCache(192), new int[] {1, 2, 3}, Chunk.Wanted.LAST));
            }
            model.step(chunks);
        }
    }

    private static long residentBytes() throws IOException {
        System.gc();
        String line = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(status -> status.startsWith("RssAnon"))
                .findFirst()
                .orElseThrow();
        return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
    }
}

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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps for mixed batches on each device give what one sequence alone gives on the CPU. */
class TorchDeviceTest {
    private static final int CONTEXT = 24;
    private static final int VOCABULARY = 257;

    @TempDir
    Path folder;

    private TorchStepModel open(String device) {
        ModelFolder opened = ModelFolder.open(folder);
        try (SafeTensors weights = opened.openWeights()) {
            return TorchStepModel.load(
                    opened.family(),
                    weights,
                    ModelOptions.DEFAULT.withDevice(device).withPrecision(Precision.FP32));
        }
    }

    /** Tokens and the cache that stands for them. */
    private record Sequence(List<Integer> ids, KvCache cache) {
        Chunk append(int[] more) {
            Arrays.stream(more).forEach(ids::add);
            return new Chunk(cache, more, Chunk.Wanted.LAST);
        }

        Sequence copy(int length) {
            return new Sequence(new ArrayList<>(ids.subList(0, length)), cache.copyOf(length, CONTEXT));
        }

        int[] all() {
            return ids.stream().mapToInt(id -> id).toArray();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "gpu"})
    void mixedBatchesGiveWhatTheCpuGivesOneAlone(String device) {
        Gpu.skipIfAbsent(device);
        new TinyModel(8).write(folder);
        var random = new Random(21);
        try (TorchStepModel alone = open("cpu");
                TorchStepModel model = open(device)) {
            var sequences = new ArrayList<Sequence>();
            for (int step = 0; step < 30; step++) {
                while (sequences.size() < 5) {
                    sequences.add(new Sequence(new ArrayList<>(), model.newCache(1 + random.nextInt(CONTEXT))));
                }
                List<Chunk> chunks = sequences.stream()
                        .map(sequence -> sequence.append(next(random, sequence)))
                        .toList();
                model.step(chunks);
                for (int i = sequences.size() - 1; i >= 0; i--) {
                    Sequence sequence = sequences.get(i);
                    assertThat(chunks.get(i).logits())
                            .as("step %d, sequence %d", step, i)
                            .containsExactly(alone.logits(sequence.all()), within(1e-4f));
                    if (sequence.ids().size() == CONTEXT) {
                        sequences.set(i, sequence.copy(1 + random.nextInt(CONTEXT - 1)));
                        sequence.cache().close();
                    }
                }
            }
            sequences.forEach(sequence -> sequence.cache().close());
        }
    }

    private static int[] next(Random random, Sequence sequence) {
        int room = CONTEXT - sequence.ids().size();
        int size = random.nextBoolean() ? 1 : 1 + random.nextInt(room);
        return random.ints(size, 0, VOCABULARY).toArray();
    }
}

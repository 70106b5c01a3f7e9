package dev.tokenring.llm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tokenring.llm.ModelOptions;
import dev.tokenring.llm.TinyModel;
import dev.tokenring.llm.model.ModelFolder;
import dev.tokenring.llm.model.SafeTensors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sequence continued with the cache computes what a fresh one computes from all its tokens. */
class KvCacheTest {
    private static final Path HOUSE = Path.of("../examples/models/house-dialogue");

    @TempDir
    Path folder;

    private static TorchProgram open(Path folder) {
        ModelFolder opened = ModelFolder.open(folder);
        try (SafeTensors weights = opened.openWeights()) {
            return TorchProgram.load(
                    opened.family(), weights, weights.findAll(opened.family().weights()), ModelOptions.DEFAULT);
        }
    }

    private static int[] randomIds(int count, int vocabulary) {
        return new Random(11).ints(count, 0, vocabulary).toArray();
    }

    private static float[] fresh(TorchProgram program, int[] ids) {
        try (TorchProgram.Sequence sequence = program.newSequence()) {
            return sequence.append(ids);
        }
    }

    @Test
    void everyPrefixOfAWholeContextAgrees() {
        new TinyModel(3).write(folder);
        int[] ids = randomIds(24, 257);
        try (TorchProgram program = open(folder);
                TorchProgram.Sequence sequence = program.newSequence()) {
            for (int length = 1; length <= ids.length; length++) {
                float[] step = sequence.append(ids[length - 1]);
                assertThat(step).containsExactly(fresh(program, Arrays.copyOf(ids, length)), within(1e-4f));
                assertThat(sequence.length()).isEqualTo(length);
            }
        }
    }

    @Test
    void everyWayToCutASequenceInTwoAgrees() {
        new TinyModel(4).write(folder);
        int[] ids = randomIds(24, 257);
        try (TorchProgram program = open(folder)) {
            float[] whole = fresh(program, ids);
            for (int cut = 1; cut < ids.length; cut++) {
                try (TorchProgram.Sequence sequence = program.newSequence()) {
                    sequence.append(Arrays.copyOf(ids, cut));
                    assertThat(sequence.append(Arrays.copyOfRange(ids, cut, ids.length)))
                            .containsExactly(whole, within(1e-4f));
                }
            }
        }
    }

    @Test
    void sequencesDoNotMix() {
        new TinyModel(5).write(folder);
        try (TorchProgram program = open(folder);
                TorchProgram.Sequence one = program.newSequence();
                TorchProgram.Sequence other = program.newSequence()) {
            one.append(1, 2, 3);
            other.append(9, 8);
            one.append(4);
            assertThat(other.append(7)).containsExactly(fresh(program, new int[] {9, 8, 7}), within(1e-4f));
            assertThat(one.append(5)).containsExactly(fresh(program, new int[] {1, 2, 3, 4, 5}), within(1e-4f));
        }
    }

    @Test
    void theHouseModelAgreesAtEveryPrefix() {
        int[] ids = randomIds(192, 4096);
        try (TorchProgram program = open(HOUSE);
                TorchProgram.Sequence sequence = program.newSequence()) {
            for (int length = 1; length <= ids.length; length++) {
                float[] step = sequence.append(ids[length - 1]);
                if (length % 8 == 0 || length < 8) {
                    assertThat(step).containsExactly(fresh(program, Arrays.copyOf(ids, length)), within(1e-3f));
                }
            }
        }
    }
}

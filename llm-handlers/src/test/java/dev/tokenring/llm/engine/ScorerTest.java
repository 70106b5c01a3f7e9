package dev.tokenring.llm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A long text is scored in several steps, and no step is larger than it may be. */
class ScorerTest {
    private static final int VOCABULARY = 7;

    /** The logits after a token depend on all tokens so far. */
    private static final class Sums implements StepModel {
        final List<Integer> stepSizes = new ArrayList<>();
        int openCaches;

        private final class Cache implements KvCache {
            final List<Integer> ids = new ArrayList<>();

            @Override
            public int length() {
                return ids.size();
            }

            @Override
            public int capacity() {
                return 100;
            }

            @Override
            public void ensureCapacity(int tokens) {}

            @Override
            public KvCache copyOf(int length, int capacityTokens) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void truncate(int length) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void close() {
                openCaches--;
            }
        }

        @Override
        public int vocabularySize() {
            return VOCABULARY;
        }

        @Override
        public int contextLength() {
            return 100;
        }

        @Override
        public long cacheBytesPerToken() {
            return 1;
        }

        @Override
        public KvCache newCache(int capacityTokens) {
            openCaches++;
            return new Cache();
        }

        @Override
        public void step(List<Chunk> chunks) {
            Chunk chunk = chunks.get(0);
            var seen = ((Cache) chunk.cache()).ids;
            float[] logits = new float[chunk.ids().length * VOCABULARY];
            for (int i = 0; i < chunk.ids().length; i++) {
                seen.add(chunk.ids()[i]);
                int sum = seen.stream().mapToInt(Integer::intValue).sum();
                for (int id = 0; id < VOCABULARY; id++) {
                    logits[i * VOCABULARY + id] = 1_000 + (sum * (id + 1)) % 5;
                }
            }
            stepSizes.add(chunk.ids().length);
            chunk.answer(logits);
        }

        @Override
        public void close() {}
    }

    @Test
    void severalStepsGiveWhatOneGives() {
        int[] ids = {3, 1, 4, 1, 5, 2, 6, 5, 3, 5, 6};
        var model = new Sums();
        double[] whole = Scorer.score(model, ids);
        assertThat(model.stepSizes).containsExactly(10);

        for (int size = 1; size < 12; size++) {
            assertThat(Scorer.score(model, ids, size)).isEqualTo(whole);
            assertThat(model.stepSizes).allMatch(tokens -> tokens <= 10);
        }
        assertThat(model.stepSizes).endsWith(10).contains(1, 2, 3);
        assertThat(model.openCaches).isZero();
    }

    @Test
    void probabilitiesAddUpToOne() {
        double sum = 0;
        for (int id = 0; id < VOCABULARY; id++) {
            sum += Math.exp(Scorer.score(new Sums(), new int[] {3, id})[0]);
        }
        assertThat(sum).isCloseTo(1, within(1e-12));
    }
}

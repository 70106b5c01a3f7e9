package dev.tokenring.llm.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.llm.EngineOptions;
import dev.tokenring.llm.FinishReason;
import dev.tokenring.llm.OverloadedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** More load than the model can serve, in virtual time: what matters most stays fast, and the rest is worth its steps. */
class OverloadTest {
    private static final EngineOptions OPTIONS =
            EngineOptions.DEFAULT.withMaxBatchSize(16).withStepTokens(64).withQueueLimit(64);
    private static final long STEP_NS = 10_000;
    private static final long TOKEN_NS = 1_000;
    private static final int PROMPT = 48;
    private static final int ANSWER = 24;
    private static final long PATIENCE_NS = 6_000_000;
    private static final int URGENT_EACH = 20;

    /** One run at a load, in requests a second of virtual time. */
    private static final class Run {
        final FakeModel model = new FakeModel(1000, 1_000_000, STEP_NS, TOKEN_NS);
        final Scheduler scheduler;
        final Random random;
        final List<FakeWork> all = new ArrayList<>();

        Run(long seed, double requestsPerNs, int requests) {
            random = new Random(seed);
            var gauge = new Gauge("fake", model.cacheBytesPerToken(), sample -> {});
            scheduler = new Scheduler(model, OPTIONS, 100_000_000, () -> model.nowNs, gauge, () -> {});
            double nextNs = 0;
            while (all.size() < requests || scheduler.places().open() > 0) {
                while (all.size() < requests && nextNs <= model.nowNs) {
                    arrive((long) nextNs);
                    nextNs += -Math.log(1 - random.nextDouble()) / requestsPerNs;
                }
                if (!scheduler.step()) {
                    model.nowNs = Math.max(model.nowNs + 1, (long) nextNs);
                }
            }
        }

        private void arrive(long askedNs) {
            int[] prompt = random.ints(PROMPT, 0, FakeModel.VOCABULARY).toArray();
            int priority = all.size() % URGENT_EACH == 0 ? 1 : 0;
            var work = new FakeWork(model, prompt, ANSWER, priority, askedNs + PATIENCE_NS);
            all.add(work);
            scheduler.add(
                    new Sequence(work, prompt, PROMPT + ANSWER, priority, askedNs + PATIENCE_NS, askedNs, all.size()));
            work.arrivedNs = askedNs;
        }

        double answersPerNs() {
            return (double) all.stream()
                            .filter(work -> work.reason == FinishReason.LENGTH)
                            .count()
                    / model.nowNs;
        }

        /** Of the urgent ones, from asking to the first token: the value below which this part lies. */
        long firstTokenNs(double part) {
            long[] sorted = all.stream()
                    .filter(work -> work.priority == 1)
                    .mapToLong(work -> work.firstTokenNs - work.arrivedNs)
                    .sorted()
                    .toArray();
            return sorted[(int) (part * (sorted.length - 1))];
        }
    }

    @Test
    void atFourTimesTheLoadUrgentRequestsStayFastAndGoodputDoesNotFall() {
        double capacity = new Run(1, 1.0 / (PROMPT * TOKEN_NS), 2_000).answersPerNs();
        Run light = new Run(2, capacity / 50, 400);
        Run full = new Run(3, capacity, 2_000);
        Run flood = new Run(4, 4 * capacity, 6_000);
        assertThat(flood.all.stream().filter(work -> work.priority == 1))
                .allSatisfy(work -> assertThat(work.reason).isEqualTo(FinishReason.LENGTH));
        assertThat(flood.firstTokenNs(0.95)).isLessThanOrEqualTo(3 * light.firstTokenNs(0.5) / 2);
        assertThat(flood.answersPerNs()).isGreaterThanOrEqualTo(0.95 * full.answersPerNs());
        assertThat(flood.all).allSatisfy(work -> {
            if (work.failure != null) {
                assertThat(work.failure).isInstanceOf(OverloadedException.class);
                assertThat(work.beganNs).as("refused after a step").isEqualTo(-1);
            }
        });
        long late = flood.all.stream()
                .filter(work -> work.reason == FinishReason.CANCELLED)
                .count();
        assertThat(late).as("answers that were too late").isLessThan(flood.all.size() / 100);
    }
}

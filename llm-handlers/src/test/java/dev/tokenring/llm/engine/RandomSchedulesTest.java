package dev.tokenring.llm.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.llm.EngineOptions;
import dev.tokenring.llm.FinishReason;
import dev.tokenring.llm.OverloadedException;
import dev.tokenring.llm.ParkPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Schedules at random, in virtual time: arrivals, cancellations, deadlines, slow readers, failing steps, short memory. No
 * request is lost, starved, answered twice or late; budgets hold; and what is generated is what each would have got alone.
 */
class RandomSchedulesTest {
    private static final int ROUNDS = Integer.getInteger("tokenring.soak.seconds", 5) * 30;

    @Test
    void nothingIsLostLateTwiceOrWrong() {
        for (int seed = 0; seed < ROUNDS; seed++) {
            try {
                new Round(seed).run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private static final class Round {
        private final Random random;
        private final FakeModel model;
        private final EngineOptions options;
        private final Scheduler scheduler;
        private final List<FakeWork> all = new ArrayList<>();
        private final List<FakeWork> slow = new ArrayList<>();
        private final List<int[]> prompts = new ArrayList<>();
        private final long limitTokens;
        private final boolean deadlines;

        Round(int seed) {
            random = new Random(seed);
            int batch = 1 + random.nextInt(6);
            options = EngineOptions.DEFAULT
                    .withMaxBatchSize(batch)
                    .withStepTokens(batch + 1 + random.nextInt(40))
                    .withQueueLimit(random.nextInt(4) == 0 ? 1 + random.nextInt(5) : 1000)
                    .withParkPolicy(random.nextBoolean() ? ParkPolicy.KEEP : ParkPolicy.DROP);
            limitTokens = 96 + 37L * random.nextInt(random.nextBoolean() ? 6 : 60);
            deadlines = random.nextBoolean();
            model = new FakeModel(60 + random.nextInt(150), limitTokens, 10, random.nextInt(3));
            if (random.nextInt(4) == 0) {
                model.failing = step -> random.nextInt(40) == 0;
            }
            var gauge = new Gauge("fake", model.cacheBytesPerToken(), sample -> {});
            scheduler = new Scheduler(
                    model, options, limitTokens * model.cacheBytesPerToken(), () -> model.nowNs, gauge, () -> {});
        }

        void run() {
            int requests = 1 + random.nextInt(60);
            int idle = 0;
            while (all.size() < requests || all.stream().anyMatch(work -> !work.isOver())) {
                if (all.size() < requests && random.nextInt(3) > 0) {
                    arrive();
                }
                boolean computed = scheduler.step();
                if (!computed) {
                    model.nowNs += 5;
                }
                idle = computed ? 0 : idle + 1;
                assertThat(idle).as("nothing goes on any more").isLessThan(2_000);
                assertThat(model.steps).as("it never ends").isLessThan(200_000);
            }
            check();
        }

        private void arrive() {
            int[] prompt = prompt();
            int most = scheduler.mostTokens() - prompt.length;
            long deadlineNs = deadlines && random.nextInt(3) == 0 ? model.nowNs + random.nextInt(3000) : Sequence.NEVER;
            var work =
                    new FakeWork(model, prompt, 1 + random.nextInt(Math.min(most, 60)), random.nextInt(3), deadlineNs);
            if (random.nextInt(5) == 0) {
                int after = random.nextInt(20);
                work.cancelled = () -> work.ids.size() >= after;
            }
            if (random.nextInt(4) == 0) {
                slow.add(work);
                work.room = () -> random.nextInt(6) > 0;
            }
            all.add(work);
            scheduler.add(work.sequence(all.size()));
        }

        /** Often one that begins like another one. */
        private int[] prompt() {
            int length = 1 + random.nextInt(Math.min(50, scheduler.mostTokens() - 2));
            int[] prompt = random.ints(length, 0, FakeModel.VOCABULARY).toArray();
            if (!prompts.isEmpty() && random.nextBoolean()) {
                int[] other = prompts.get(random.nextInt(prompts.size()));
                int shared = Math.min(random.nextInt(other.length) + 1, prompt.length);
                System.arraycopy(other, 0, prompt, 0, shared);
            }
            prompts.add(prompt);
            return prompt;
        }

        private void check() {
            for (FakeWork work : all) {
                List<Integer> alone = FakeModel.alone(work.prompt, work.maxTokens);
                assertThat(work.ids).isEqualTo(alone.subList(0, work.ids.size()));
                if (work.reason == FinishReason.LENGTH) {
                    assertThat(work.ids).hasSameSizeAs(alone);
                } else if (work.reason == FinishReason.CANCELLED) {
                    assertThat(work.cancelled.getAsBoolean() || work.endedNs >= work.deadlineNs)
                            .as("cancelled without a reason")
                            .isTrue();
                } else if (work.failure instanceof OverloadedException) {
                    assertThat(work.beganNs).isEqualTo(-1);
                } else {
                    assertThat(work.failure).hasMessageEndingWith("failed");
                }
            }
            assertThat(model.largestBatch).isLessThanOrEqualTo(options.maxBatchSize());
            assertThat(model.largestStep).isLessThanOrEqualTo(options.stepTokens());
            assertThat(model.mostCapacity).isLessThanOrEqualTo(limitTokens);
            assertThat(scheduler.places().open()).isZero();
            assertEqualsCameInTurn();
            scheduler.close();
            assertThat(model.openCaches()).isZero();
            assertThat(scheduler.pool().usedTokens()).isZero();
        }

        /** Of equal priority, and without deadlines, none begins before one that came earlier and shares nothing. */
        private void assertEqualsCameInTurn() {
            if (deadlines || prompts.stream().anyMatch(prompt -> sharesWithAnother(prompt))) {
                return;
            }
            for (int priority = 0; priority < 3; priority++) {
                int same = priority;
                assertThat(all.stream()
                                .filter(work -> work.priority == same && work.beganNs >= 0)
                                .map(work -> work.beganNs))
                        .isSorted();
            }
        }

        private boolean sharesWithAnother(int[] prompt) {
            return prompts.stream()
                    .anyMatch(other -> other != prompt
                            && Arrays.mismatch(prompt, other) != 0
                            && Math.abs(Arrays.mismatch(prompt, other)) >= CachePool.WORTH_SHARING);
        }
    }
}

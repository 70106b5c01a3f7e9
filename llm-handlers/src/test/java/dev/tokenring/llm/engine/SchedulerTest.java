package dev.tokenring.llm.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.llm.EngineOptions;
import dev.tokenring.llm.EngineSample;
import dev.tokenring.llm.FinishReason;
import dev.tokenring.llm.OverloadedException;
import dev.tokenring.llm.ParkPolicy;
import dev.tokenring.llm.RequestSample;
import dev.tokenring.llm.StepSample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Who takes part in a step, in whose memory, and that nothing of it changes what is generated. In virtual time. */
class SchedulerTest {
    private static final EngineOptions OPTIONS =
            EngineOptions.DEFAULT.withMaxBatchSize(4).withStepTokens(16);

    private final List<EngineSample> samples = new ArrayList<>();
    private FakeModel model = new FakeModel(1000, 100_000, 10, 1);
    private Scheduler scheduler;
    private int asked;

    private void schedule(EngineOptions options) {
        schedule(options, 100_000);
    }

    private void schedule(EngineOptions options, long limitTokens) {
        model = new FakeModel(1000, limitTokens, 10, 1);
        var gauge = new Gauge("fake", model.cacheBytesPerToken(), samples::add);
        scheduler = new Scheduler(
                model, options, limitTokens * model.cacheBytesPerToken(), () -> model.nowNs, gauge, () -> {});
    }

    private static int[] prompt(int seed, int length) {
        return new Random(seed).ints(length, 0, FakeModel.VOCABULARY).toArray();
    }

    private FakeWork ask(int[] prompt, int maxTokens, int priority) {
        return ask(prompt, maxTokens, priority, Sequence.NEVER);
    }

    private FakeWork ask(int[] prompt, int maxTokens, int priority, long deadlineNs) {
        var work = new FakeWork(model, prompt, maxTokens, priority, deadlineNs);
        scheduler.add(work.sequence(asked++));
        return work;
    }

    private void run() {
        for (int steps = 0; scheduler.step(); steps++) {
            assertThat(steps).as("steps without an end").isLessThan(100_000);
        }
    }

    private static void assertWhole(FakeWork work) {
        assertThat(work.reason).isEqualTo(FinishReason.LENGTH);
        assertThat(work.ids).isEqualTo(FakeModel.alone(work.prompt, work.maxTokens));
    }

    @Test
    void oneAloneTakesAStepForEachTokenAfterItsPrompt() {
        schedule(OPTIONS);
        FakeWork work = ask(prompt(1, 10), 5, 0);
        run();
        assertWhole(work);
        assertThat(model.steps).isEqualTo(5);
        assertThat(model.tokensComputed).isEqualTo(14);
    }

    @Test
    void requestsJoinAndLeaveBetweenSteps() {
        schedule(OPTIONS);
        FakeWork first = ask(prompt(1, 3), 10, 0);
        scheduler.step();
        scheduler.step();
        FakeWork second = ask(prompt(2, 3), 3, 0);
        run();
        assertWhole(first);
        assertWhole(second);
        assertThat(second.endedNs).isLessThan(first.endedNs);
        assertThat(model.steps).isEqualTo(10);
        assertThat(model.largestBatch).isEqualTo(2);
    }

    @Test
    void aLongPromptHoldsUpNobody() {
        schedule(OPTIONS);
        FakeWork answer = ask(prompt(1, 4), 30, 0);
        scheduler.step();
        FakeWork longPrompt = ask(prompt(2, 200), 2, 0);
        for (int step = 2; step <= 14; step++) {
            scheduler.step();
            assertThat(answer.ids).hasSize(step);
        }
        run();
        assertWhole(answer);
        assertWhole(longPrompt);
        assertThat(model.largestStep).isEqualTo(16);
    }

    @Test
    void whatPromptsShareIsComputedOnce() {
        schedule(OPTIONS);
        int[] system = prompt(1, 100);
        var all = new ArrayList<FakeWork>();
        for (int i = 0; i < 6; i++) {
            int[] whole = Arrays.copyOf(system, 103);
            whole[101] = i;
            all.add(ask(whole, 4, 0));
        }
        run();
        all.forEach(SchedulerTest::assertWhole);
        assertThat(all.get(0).cachedTokens).isZero();
        assertThat(all.subList(1, 6)).allSatisfy(work -> assertThat(work.cachedTokens)
                .isGreaterThanOrEqualTo(101 - CachePool.WORTH_SHARING));
        assertThat(model.tokensComputed).isLessThanOrEqualTo(103 + 5 * (2 + CachePool.WORTH_SHARING) + 6 * 3);
    }

    @Test
    void theNextTurnOfAConversationNeedsOnlyWhatIsNew() {
        schedule(OPTIONS);
        FakeWork first = ask(prompt(1, 50), 10, 0);
        run();
        int[] turn = Arrays.copyOf(first.prompt, 70);
        for (int i = 0; i < 10; i++) {
            turn[50 + i] = first.ids.get(i);
        }
        FakeWork second = ask(turn, 5, 0);
        run();
        assertWhole(second);
        assertThat(second.cachedTokens).isEqualTo(59);
    }

    @Test
    void aMoreImportantRequestGetsAPlaceAtOnce() {
        schedule(OPTIONS);
        var low = new ArrayList<FakeWork>();
        for (int i = 0; i < 8; i++) {
            low.add(ask(prompt(i, 5), 50, 0));
        }
        for (int i = 0; i < 20; i++) {
            scheduler.step();
        }
        FakeWork high = ask(prompt(99, 12), 10, 1);
        scheduler.step();
        assertThat(high.ids).hasSize(1);
        assertThat(high.firstTokenNs - high.askedNs).isEqualTo(10 + 12);
        run();
        assertWhole(high);
        low.forEach(SchedulerTest::assertWhole);
        assertThat(low.get(3).endedNs).isGreaterThan(low.get(0).endedNs);
    }

    @Test
    void amongEqualsWhoIsDueFirstIsFirstAndNoneIsPassedOver() {
        schedule(OPTIONS.withMaxBatchSize(1));
        FakeWork running = ask(prompt(0, 4), 20, 0);
        scheduler.step();
        FakeWork whenever = ask(prompt(1, 4), 2, 0);
        FakeWork late = ask(prompt(2, 4), 2, 0, 2_000_000);
        FakeWork soon = ask(prompt(3, 4), 2, 0, 1_000_000);
        run();
        assertThat(List.of(running, soon, late, whenever))
                .isSortedAccordingTo(Comparator.comparingLong(work -> work.endedNs))
                .allSatisfy(SchedulerTest::assertWhole);
    }

    @Test
    void ofTooManyTheLeastImportantAreTurnedAwayWithoutAStep() {
        schedule(OPTIONS.withMaxBatchSize(1).withQueueLimit(3));
        FakeWork running = ask(prompt(0, 4), 20, 0);
        scheduler.step();
        FakeWork low = ask(prompt(1, 4), 2, -1, 9_000_000);
        FakeWork hasTime = ask(prompt(2, 4), 2, 0, 5_000_000);
        FakeWork hasLess = ask(prompt(3, 4), 2, 0, 4_000_000);
        FakeWork high = ask(prompt(4, 4), 2, 1, 1_000_000);
        FakeWork normal = ask(prompt(5, 4), 2, 0, 9_000_000);
        scheduler.step();
        assertThat(low.failure)
                .isInstanceOf(OverloadedException.class)
                .hasMessage("the queue is full: 3 requests wait for the model, and none of them gives way to this one;"
                        + " ask again later, or raise queueLimit of EngineOptions");
        run();
        assertThat(List.of(running, hasTime, high, normal)).allSatisfy(SchedulerTest::assertWhole);
        assertThat(hasLess.isOver()).isTrue();
    }

    @Test
    void whoIsOverCostsNoStep() {
        schedule(OPTIONS);
        var gone = new AtomicBoolean();
        FakeWork cancelled = ask(prompt(1, 5), 50, 0);
        cancelled.cancelled = gone::get;
        FakeWork expires = ask(prompt(2, 5), 50, 0, 100);
        FakeWork expired = ask(prompt(3, 5), 50, 0, 0);
        scheduler.step();
        scheduler.step();
        gone.set(true);
        run();
        assertThat(cancelled.ids).hasSize(2);
        assertThat(cancelled.reason).isEqualTo(FinishReason.CANCELLED);
        assertThat(expires.reason).isEqualTo(FinishReason.CANCELLED);
        assertThat(expires.ids).hasSizeBetween(2, 10);
        assertThat(expired.ids).isEmpty();
        assertThat(expired.beganNs).isEqualTo(-1);
    }

    @Test
    void aSlowReaderParksOnlyItsOwnSequence() {
        for (ParkPolicy policy : ParkPolicy.values()) {
            schedule(OPTIONS.withMaxBatchSize(2).withParkPolicy(policy));
            var room = new AtomicBoolean(true);
            FakeWork slow = ask(prompt(1, 40), 20, 0);
            slow.room = room::get;
            FakeWork other = ask(prompt(2, 5), 40, 0);
            for (int i = 0; i < 10; i++) {
                scheduler.step();
            }
            room.set(false);
            FakeWork next = ask(prompt(3, 5), 10, 0);
            int had = slow.ids.size();
            run();
            assertThat(slow.ids).hasSize(had);
            assertWhole(other);
            assertWhole(next);
            room.set(true);
            long before = model.tokensComputed;
            run();
            assertWhole(slow);
            assertThat(model.tokensComputed - before)
                    .isEqualTo(policy == ParkPolicy.KEEP ? 20 - had : 40 + had + 20 - had - 1);
        }
    }

    @Test
    void whereMemoryIsShortTheLatestWaitsAndNothingIsLost() {
        schedule(OPTIONS, 600);
        var all = new ArrayList<FakeWork>();
        for (int i = 0; i < 6; i++) {
            all.add(ask(prompt(i, 20), 150, 0));
        }
        run();
        all.forEach(SchedulerTest::assertWhole);
        assertThat(all).isSortedAccordingTo(Comparator.comparingLong(work -> work.endedNs));
        assertThat(samples.stream()
                        .filter(RequestSample.class::isInstance)
                        .mapToInt(sample -> ((RequestSample) sample).preemptions())
                        .sum())
                .isPositive();
    }

    @Test
    void aFailingStepFailsThoseInItAndNobodyElse() {
        schedule(OPTIONS.withMaxBatchSize(2));
        model.failing = step -> step == 3;
        var all = new ArrayList<FakeWork>();
        for (int i = 0; i < 5; i++) {
            all.add(ask(prompt(i, 5), 6, 0));
        }
        run();
        assertThat(all.subList(0, 2))
                .allSatisfy(work -> assertThat(work.failure).hasMessage("step 3 failed"));
        all.subList(2, 5).forEach(SchedulerTest::assertWhole);
        scheduler.close();
        assertThat(model.openCaches()).isZero();
    }

    @Test
    void samplesTellWhatHappened() {
        schedule(OPTIONS);
        ask(prompt(1, 20), 5, 3);
        run();
        List<StepSample> steps = samples.stream()
                .filter(StepSample.class::isInstance)
                .map(StepSample.class::cast)
                .toList();
        assertThat(steps).hasSize(6);
        assertThat(steps.stream().mapToInt(StepSample::inputTokens).sum()).isEqualTo(20);
        assertThat(steps.stream().mapToInt(StepSample::outputTokens).sum()).isEqualTo(5);
        assertThat(steps.get(5).cacheBytes())
                .isPositive()
                .isLessThan(steps.get(5).cacheLimitBytes());
        RequestSample request = (RequestSample) samples.stream()
                .filter(RequestSample.class::isInstance)
                .findFirst()
                .orElseThrow();
        assertThat(request.timeToFirstToken()).isEqualTo(java.time.Duration.ofNanos(10 + 16 + 10 + 4));
        assertThat(request.timePerOutputToken()).isEqualTo(java.time.Duration.ofNanos(11));
        assertThat(request.inputTokens()).isEqualTo(20);
        assertThat(request.outputTokens()).isEqualTo(5);
        assertThat(request.priority()).isEqualTo(3);
        assertThat(request.finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void anyPriorityIsAPlaceInTheOrder() {
        schedule(OPTIONS.withMaxBatchSize(1));
        ask(prompt(1, 10), 300, 0);
        scheduler.step();
        FakeWork least = ask(prompt(2, 10), 5, Integer.MIN_VALUE);
        scheduler.step();
        FakeWork most = ask(prompt(3, 10), 5, Integer.MAX_VALUE);
        scheduler.step();
        scheduler.step();
        assertThat(most.firstTokenNs).isPositive();
        assertThat(least.firstTokenNs).isNegative();
        run();
        assertWhole(least);
    }

    /** Sequences alone take 20 ms each; then come ten with five seconds each. */
    private List<FakeWork> tenInTime() {
        var ten = new ArrayList<FakeWork>();
        for (int i = 0; i < 10; i++) {
            ten.add(ask(prompt(100 + i, 10), 20, 5, model.nowNs + 5_000_000_000L));
        }
        run();
        return ten;
    }

    private void scheduleMilliseconds() {
        model = new FakeModel(1000, 100_000, 1_000_000, 0);
        var gauge = new Gauge("fake", model.cacheBytesPerToken(), samples::add);
        scheduler = new Scheduler(model, OPTIONS.withMaxBatchSize(2), 1_000_000, () -> model.nowNs, gauge, () -> {});
        for (int i = 0; i < 10; i++) {
            ask(prompt(i, 10), 20, 5);
            run();
        }
    }

    @Test
    void whoWasHeldUpByItsReaderDoesNotMakeTheModelLookSlow() {
        scheduleMilliseconds();
        var room = new AtomicBoolean(true);
        FakeWork slow = ask(prompt(77, 10), 20, 5);
        slow.room = room::get;
        scheduler.step();
        scheduler.step();
        room.set(false);
        scheduler.step();
        model.nowNs += 600_000_000_000L;
        room.set(true);
        run();
        assertWhole(slow);
        assertThat(tenInTime()).allSatisfy(SchedulerTest::assertWhole);
    }

    @Test
    void whoHadToMakeWayDoesNotMakeTheModelLookSlow() {
        scheduleMilliseconds();
        FakeWork one = ask(prompt(50, 10), 20, 0);
        FakeWork two = ask(prompt(51, 10), 20, 0);
        scheduler.step();
        scheduler.step();
        long untilNs = model.nowNs + 60_000_000_000L;
        for (int i = 0; model.nowNs < untilNs; i++) {
            FakeWork urgent = ask(prompt(i, 10), 20, 5);
            FakeWork urgentToo = ask(prompt(i + 1, 10), 20, 5);
            while (!urgent.isOver() || !urgentToo.isOver()) {
                scheduler.step();
            }
        }
        run();
        assertWhole(one);
        assertWhole(two);
        assertThat(tenInTime()).allSatisfy(SchedulerTest::assertWhole);
    }

    @Test
    void whoWaitsForWhatItSharesIsNotTurnedAwayWhilePlacesAreFree() {
        schedule(OPTIONS.withMaxBatchSize(8).withQueueLimit(1));
        var all = new ArrayList<FakeWork>();
        for (int i = 0; i < 6; i++) {
            int[] shared = prompt(7, 60);
            shared[59] = i;
            all.add(ask(shared, 5, 0));
        }
        run();
        assertThat(all).allSatisfy(SchedulerTest::assertWhole);
        assertThat(model.tokensComputed).isLessThan(2 * 60 + 6 * 20);
    }
}

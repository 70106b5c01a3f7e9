package dev.tokenring.llm.engine;

import dev.tokenring.llm.EngineSample;
import dev.tokenring.llm.FinishReason;
import dev.tokenring.llm.RequestSample;
import dev.tokenring.llm.StepSample;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes samples of what goes on, and hands them over. For the thread that computes. */
final class Gauge {
    private static final System.Logger LOG = System.getLogger(Gauge.class.getName());

    private final String model;
    private final long cacheBytesPerToken;
    private Consumer<? super EngineSample> samples;

    Gauge(String model, long cacheBytesPerToken, Consumer<? super EngineSample> samples) {
        this.model = model;
        this.cacheBytesPerToken = cacheBytesPerToken;
        this.samples = samples;
    }

    void stepped(long tookNs, int batchSize, int inputTokens, int outputTokens, Places places, CachePool pool) {
        tell(new StepSample(
                model,
                Duration.ofNanos(tookNs),
                batchSize,
                inputTokens,
                outputTokens,
                places.waitingCount(),
                places.parkedCount(),
                pool.usedTokens() * cacheBytesPerToken,
                pool.limitTokens() * cacheBytesPerToken));
    }

    void ended(Sequence sequence, long nowNs, @Nullable FinishReason reason, @Nullable Throwable failure) {
        if (!sequence.work.isAnswer()) {
            return;
        }
        int generated = sequence.generated();
        tell(new RequestSample(
                model,
                sequence.priority,
                Duration.ofNanos((sequence.started ? sequence.startedNs : nowNs) - sequence.askedNs),
                generated == 0 ? null : Duration.ofNanos(sequence.firstTokenNs - sequence.askedNs),
                generated < 2
                        ? null
                        : Duration.ofNanos((sequence.lastTokenNs - sequence.firstTokenNs) / (generated - 1)),
                Duration.ofNanos(nowNs - sequence.askedNs),
                sequence.promptLength,
                sequence.cachedTokens,
                generated,
                sequence.preemptions,
                reason,
                failure == null ? null : failure.getClass().getName()));
    }

    private void tell(EngineSample sample) {
        try {
            samples.accept(sample);
        } catch (Throwable listenersOwn) {
            samples = nobody -> {};
            LOG.log(
                    System.Logger.Level.WARNING,
                    "model " + model + ": the listener to samples failed and is not called again",
                    listenersOwn);
        }
    }
}

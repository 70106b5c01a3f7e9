package dev.tokenring.llm;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.Publisher;
import java.util.function.Consumer;

/**
 * How a model shares itself among its requests. Start from {@link #DEFAULT}, and derive. Immutable.
 *
 * @param maxBatchSize how many sequences go through the model together in one step; 1 or more
 * @param stepTokens how many tokens go through the model in one step: one of each sequence that is being answered, and as
 *     many tokens of new prompts as there is room for. Smaller, and a long prompt holds up the others less; larger, and
 *     prompts are through sooner when little is going on. More than {@code maxBatchSize}, which is checked when a model
 *     is loaded, so that the two may be derived in either order
 * @param cacheBytes how much memory the keys and values of all sequences may take together, on the device; 0 for a quarter
 *     of the memory that the machine, or the container, has, and on a GPU half of what is free there when the model is loaded
 * @param queueLimit how many requests may wait for a place. Of more, the one of lowest priority is turned away, and of
 *     equal priority the one that has the least time left; 1 or more
 * @param parkPolicy what becomes of a sequence's memory while its reader is too slow for it
 * @param samples gets a sample of each request and each step, on the thread that computes: it must not wait
 */
public record EngineOptions(
        int maxBatchSize,
        int stepTokens,
        long cacheBytes,
        int queueLimit,
        ParkPolicy parkPolicy,
        Consumer<? super EngineSample> samples) {
    /**
     * 16 sequences and 128 tokens a step, a quarter of the memory, 256 requests that wait; the memory of a slow reader's
     * sequence stays while nobody needs it, and nobody listens to samples.
     */
    public static final EngineOptions DEFAULT = new EngineOptions(16, 128, 0, 256, ParkPolicy.KEEP, sample -> {});

    /**
     * Checks the options.
     *
     * @param maxBatchSize see the record
     * @param stepTokens see the record
     * @param cacheBytes see the record
     * @param queueLimit see the record
     * @param parkPolicy see the record
     * @param samples see the record
     * @throws IllegalArgumentException if one is out of its range; the message gives the value and the range
     */
    public EngineOptions {
        require(maxBatchSize >= 1, "maxBatchSize", maxBatchSize, "1 or more");
        require(stepTokens >= 2, "stepTokens", stepTokens, "2 or more, and more than maxBatchSize");
        require(cacheBytes >= 0, "cacheBytes", cacheBytes, "1 or more, or 0 for a share of the memory");
        require(queueLimit >= 1, "queueLimit", queueLimit, "1 or more");
        requireNonNull(parkPolicy, "parkPolicy");
        requireNonNull(samples, "samples");
    }

    private static void require(boolean valid, String option, long value, String range) {
        if (!valid) {
            throw new IllegalArgumentException(option + " is " + value + ": it must be " + range);
        }
    }

    /** Checks what no option is to blame for alone. */
    void requireRoomForPrompts() {
        if (stepTokens <= maxBatchSize) {
            throw new IllegalArgumentException("stepTokens is " + stepTokens + " and maxBatchSize is " + maxBatchSize
                    + ": stepTokens must be more than maxBatchSize, so that prompts move on while answers are made;"
                    + " raise it with withStepTokens, or choose fewer with withMaxBatchSize");
        }
    }

    /**
     * Derives options for batches of another size.
     *
     * @param maxBatchSize 1 or more, and less than the {@code stepTokens} with which a model is loaded in the end
     * @return the derived options
     * @throws IllegalArgumentException if it is out of its range
     */
    public EngineOptions withMaxBatchSize(int maxBatchSize) {
        return new EngineOptions(maxBatchSize, stepTokens, cacheBytes, queueLimit, parkPolicy, samples);
    }

    /**
     * Derives options with another number of tokens a step.
     *
     * @param stepTokens 2 or more, and more than the {@code maxBatchSize} with which a model is loaded in the end
     * @return the derived options
     * @throws IllegalArgumentException if it is out of its range
     */
    public EngineOptions withStepTokens(int stepTokens) {
        return new EngineOptions(maxBatchSize, stepTokens, cacheBytes, queueLimit, parkPolicy, samples);
    }

    /**
     * Derives options with another limit to the memory of keys and values.
     *
     * @param cacheBytes 1 or more, or 0 for a share of the memory, as at first
     * @return the derived options
     * @throws IllegalArgumentException if it is negative
     */
    public EngineOptions withCacheBytes(long cacheBytes) {
        return new EngineOptions(maxBatchSize, stepTokens, cacheBytes, queueLimit, parkPolicy, samples);
    }

    /**
     * Derives options for another number of waiting requests.
     *
     * @param queueLimit 1 or more
     * @return the derived options
     * @throws IllegalArgumentException if it is less than 1
     */
    public EngineOptions withQueueLimit(int queueLimit) {
        return new EngineOptions(maxBatchSize, stepTokens, cacheBytes, queueLimit, parkPolicy, samples);
    }

    /**
     * Derives options with another policy for slow readers.
     *
     * @param parkPolicy what becomes of their memory
     * @return the derived options
     */
    public EngineOptions withParkPolicy(ParkPolicy parkPolicy) {
        return new EngineOptions(maxBatchSize, stepTokens, cacheBytes, queueLimit, parkPolicy, samples);
    }

    /**
     * Derives options with another listener.
     *
     * @param samples gets each sample, on the thread that computes: it must not wait; what it throws is logged once, and it
     *     is not called again
     * @return the derived options
     */
    public EngineOptions withSamples(Consumer<? super EngineSample> samples) {
        return new EngineOptions(maxBatchSize, stepTokens, cacheBytes, queueLimit, parkPolicy, samples);
    }

    /**
     * Derives options that publish samples on a topic. Nothing waits for them: where the topic is full, a sample is not
     * published, and the publisher's count of refused messages tells how many.
     *
     * @param topic publishes the samples
     * @return the derived options
     */
    public EngineOptions withSamples(Publisher<EngineSample> topic) {
        requireNonNull(topic, "topic");
        return withSamples(sample -> topic.tryPublish(sample));
    }
}

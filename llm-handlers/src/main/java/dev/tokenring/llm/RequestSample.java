package dev.tokenring.llm;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a request went. Each part is named with its counterpart in OpenTelemetry's semantic conventions for generative AI;
 * those without one are marked as ours.
 *
 * @param model {@code gen_ai.request.model}: the name of the model's folder
 * @param priority ours: the request's priority
 * @param queueTime ours, {@code tokenring.gen_ai.queue_time}: from asking until the first step; all of its time, if there
 *     was none
 * @param timeToFirstToken {@code gen_ai.server.time_to_first_token}: from asking until the first token was chosen; null if
 *     there was none
 * @param timePerOutputToken {@code gen_ai.server.time_per_output_token}: the mean, after the first; null if there were not
 *     two
 * @param duration {@code gen_ai.server.request.duration}: from asking until the end
 * @param inputTokens {@code gen_ai.usage.input_tokens}: the length of the prompt
 * @param cachedTokens {@code gen_ai.usage.cache_read.input_tokens}: how many of these had not to be computed
 * @param outputTokens {@code gen_ai.usage.output_tokens}: how many tokens were generated
 * @param preemptions ours: how often the request had to make room for a more important one
 * @param finishReason {@code gen_ai.response.finish_reasons}: why it ended, or null if it failed
 * @param errorType {@code error.type}: the class of what made it fail, or null if it did not
 */
public record RequestSample(
        String model,
        int priority,
        Duration queueTime,
        @Nullable Duration timeToFirstToken,
        @Nullable Duration timePerOutputToken,
        Duration duration,
        int inputTokens,
        int cachedTokens,
        int outputTokens,
        int preemptions,
        @Nullable FinishReason finishReason,
        @Nullable String errorType)
        implements EngineSample {}

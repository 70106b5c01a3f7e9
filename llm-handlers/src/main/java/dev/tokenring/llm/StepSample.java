package dev.tokenring.llm;

import java.time.Duration;

/**
 * One step. OpenTelemetry's conventions have no names for what goes on inside a server; these are ours, under {@code
 * tokenring.gen_ai.step}.
 *
 * @param model {@code gen_ai.request.model}: the name of the model's folder
 * @param duration {@code duration}: how long the forward pass took
 * @param batchSize {@code batch_size}: how many sequences went through it together
 * @param inputTokens {@code input_tokens}: how many tokens of prompts it computed, those included that were computed before
 *     and dropped
 * @param outputTokens {@code output_tokens}: how many tokens were chosen after it
 * @param queued {@code queued}: how many requests were waiting for a place in the batch
 * @param parked {@code parked}: how many were waiting for their readers
 * @param cacheBytes {@code cache_bytes}: how much memory keys and values took
 * @param cacheLimitBytes {@code cache_limit_bytes}: how much they may take
 */
public record StepSample(
        String model,
        Duration duration,
        int batchSize,
        int inputTokens,
        int outputTokens,
        int queued,
        int parked,
        long cacheBytes,
        long cacheLimitBytes)
        implements EngineSample {}

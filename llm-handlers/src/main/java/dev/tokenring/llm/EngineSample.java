package dev.tokenring.llm;

/**
 * One measurement of a model at work: {@link RequestSample} for each request when it is over, {@link StepSample} for each
 * step. Immutable.
 */
public sealed interface EngineSample permits RequestSample, StepSample {
    /**
     * The model's name, OpenTelemetry's {@code gen_ai.request.model}.
     *
     * @return the name of its folder
     */
    String model();
}

package dev.tokenring.llm;

/**
 * A request that a model has turned away because it has more to do than it can: the queue is full, and this request is
 * the one that matters least, or it could not have been answered in its time. It cost no step. Remedy: ask again later,
 * give more time, or raise {@link EngineOptions#queueLimit()}.
 */
public final class OverloadedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Says what there is too much of.
     *
     * @param message what happened, in a sentence
     */
    public OverloadedException(String message) {
        super(message);
    }
}

package dev.tokenring.llm;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.Headers;
import dev.tokenring.bus.Replies;
import dev.tokenring.bus.StreamHandler;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Serves a language model on the bus, with request and reply types of the user's own. Each piece of text is sent as soon
 * as it is sure; the last piece carries the {@linkplain FinishReason reason} why it is the last. A request that is
 * cancelled or past its deadline ends within one step.
 *
 * <pre>{@code
 * bus.serveStream(
 *         DIALOGUE,
 *         GenerationHandler.of(
 *                 model,
 *                 query -> model.chatPrompt(List.of(ChatMessage.user(query.query())), 64),
 *                 model.defaults(),
 *                 (piece, headers) -> new NlpResponse(piece.text(), Instant.now())));
 * }</pre>
 *
 * <p>Safe for use by any thread.
 *
 * @param <Q> the type of the requests
 * @param <R> the type of the parts of a reply
 */
public final class GenerationHandler<Q, R> implements StreamHandler<Q, R> {
    private final LanguageModel model;
    private final Function<? super Q, int[]> prompt;
    private final Function<? super Q, GenerationOptions> options;
    private final BiFunction<? super Generation, ? super Headers, ? extends R> reply;

    private GenerationHandler(
            LanguageModel model,
            Function<? super Q, int[]> prompt,
            Function<? super Q, GenerationOptions> options,
            BiFunction<? super Generation, ? super Headers, ? extends R> reply) {
        this.model = requireNonNull(model, "model");
        this.prompt = requireNonNull(prompt, "prompt");
        this.options = requireNonNull(options, "options");
        this.reply = requireNonNull(reply, "reply");
    }

    /**
     * Makes a handler that generates for each request with the same options.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the parts of a reply
     * @param model generates; stays the caller's, who closes it after the bus
     * @param prompt makes the token ids of the prompt from a request
     * @param options how to generate
     * @param reply makes a part of the reply from a piece of text and the headers of the request
     * @return the handler
     */
    public static <Q, R> GenerationHandler<Q, R> of(
            LanguageModel model,
            Function<? super Q, int[]> prompt,
            GenerationOptions options,
            BiFunction<? super Generation, ? super Headers, ? extends R> reply) {
        requireNonNull(options, "options");
        return new GenerationHandler<>(model, prompt, request -> options, reply);
    }

    /**
     * Makes a handler that generates for each request with options of its own.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the parts of a reply
     * @param model generates; stays the caller's, who closes it after the bus
     * @param prompt makes the token ids of the prompt from a request
     * @param options tells from a request how to generate
     * @param reply makes a part of the reply from a piece of text and the headers of the request
     * @return the handler
     */
    public static <Q, R> GenerationHandler<Q, R> of(
            LanguageModel model,
            Function<? super Q, int[]> prompt,
            Function<? super Q, GenerationOptions> options,
            BiFunction<? super Generation, ? super Headers, ? extends R> reply) {
        return new GenerationHandler<>(model, prompt, options, reply);
    }

    @Override
    public void handle(Q request, Replies<R> replies) throws InterruptedException {
        try {
            model.generate(
                    prompt.apply(request),
                    options.apply(request),
                    piece -> send(reply.apply(piece, replies.headers()), replies),
                    replies::isOver);
        } catch (InterruptedWhileSending e) {
            throw e.interruption;
        }
    }

    private void send(R part, Replies<R> replies) {
        try {
            replies.send(part);
        } catch (InterruptedException interruption) {
            throw new InterruptedWhileSending(interruption);
        }
    }

    /** Carries an interruption out of the generation. */
    private static final class InterruptedWhileSending extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final InterruptedException interruption;

        InterruptedWhileSending(InterruptedException interruption) {
            super(interruption);
            this.interruption = interruption;
        }
    }
}

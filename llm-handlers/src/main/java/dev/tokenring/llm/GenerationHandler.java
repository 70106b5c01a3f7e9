package dev.tokenring.llm;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.AsyncHandler;
import dev.tokenring.bus.AsyncReplies;
import dev.tokenring.bus.Headers;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Serves a language model on the bus, with request and reply types of the user's own. Each piece of text is sent as soon
 * as it is sure; the last piece carries the {@linkplain FinishReason reason} why it is the last. Where the options ask for
 * several {@linkplain GenerationOptions#samples() samples}, their pieces come in one stream, as they are made, each with the
 * {@linkplain Generation#sample() number} of its text.
 *
 * <p>All requests are answered together, and none holds a thread. The priority and the deadline in a request's headers say
 * who comes first: see {@link EngineOptions}. A request that is cancelled or past its deadline leaves before the next step;
 * one whose reader is slow is parked until the reader asks for more. Of too many, those that matter least end with {@link
 * dev.tokenring.bus.RequestFailure#OVERLOADED}. So that it is the model who chooses them, a service needs the capacity for
 * all that may wait for it and all that it answers together, which the usual one has.
 *
 * <pre>{@code
 * bus.serveAsync(
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
public final class GenerationHandler<Q, R> implements AsyncHandler<Q, R> {
    private final ModelSlot slot;
    private final BiFunction<? super LanguageModel, ? super Q, int[]> prompt;
    private final BiFunction<? super LanguageModel, ? super Q, GenerationOptions> options;
    private final BiFunction<? super Generation, ? super Headers, ? extends R> reply;

    private GenerationHandler(
            ModelSlot slot,
            BiFunction<? super LanguageModel, ? super Q, int[]> prompt,
            BiFunction<? super LanguageModel, ? super Q, GenerationOptions> options,
            BiFunction<? super Generation, ? super Headers, ? extends R> reply) {
        this.slot = requireNonNull(slot, "slot");
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
        return of(model, prompt, request -> options, reply);
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
        requireNonNull(prompt, "prompt");
        requireNonNull(options, "options");
        return of(
                new ModelSlot(requireNonNull(model, "model")),
                (same, request) -> prompt.apply(request),
                (same, request) -> options.apply(request),
                reply);
    }

    /**
     * Makes a handler whose model may be {@linkplain ModelSlot#replace replaced} while it serves.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the parts of a reply
     * @param slot holds the model; stays the caller's, who closes it after the bus
     * @param prompt makes the token ids of the prompt from the model that is to answer and a request
     * @param options tells from the model that is to answer and a request how to generate
     * @param reply makes a part of the reply from a piece of text and the headers of the request
     * @return the handler
     */
    public static <Q, R> GenerationHandler<Q, R> of(
            ModelSlot slot,
            BiFunction<? super LanguageModel, ? super Q, int[]> prompt,
            BiFunction<? super LanguageModel, ? super Q, GenerationOptions> options,
            BiFunction<? super Generation, ? super Headers, ? extends R> reply) {
        return new GenerationHandler<>(slot, prompt, options, reply);
    }

    @Override
    public void handle(Q request, AsyncReplies<R> replies) {
        replies.onCancel(slot.use(model -> generate(model, request, replies)));
    }

    private Runnable generate(LanguageModel model, Q request, AsyncReplies<R> replies) {
        int[] ids = requireNonNull(prompt.apply(model, request), "the function for the prompt gave null");
        GenerationOptions wanted =
                requireNonNull(options.apply(model, request), "the function for the options gave null");
        return model.generate(
                ids,
                wanted,
                replies.headers().priority(),
                replies.remaining().toNanos(),
                new RepliesReader<>(replies, reply, wanted.samples()));
    }
}

package dev.tokenring.llm;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.AsyncHandler;
import dev.tokenring.bus.AsyncReplies;
import dev.tokenring.bus.Headers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Serves conversations with a language model on the bus, with request and reply types of the user's own. A request is a
 * question in a session; the reply is streamed as by a {@link GenerationHandler}.
 *
 * <pre>{@code
 * ChatHandler<Say, Said> chat = ChatHandler.of(
 *         model,
 *         ChatStore.inMemory(10_000, Duration.ofHours(1)),
 *         ChatOptions.of(model.defaults()).withMemory(ChatMemory.ALL.withExchanges(8)),
 *         Say::session,
 *         Say::text,
 *         (piece, headers) -> new Said(piece.text()));
 * bus.serveAsync(CHAT, chat);
 * }</pre>
 *
 * <p><b>Order.</b> What is to be done for one session is done in the order in which it came, questions, answers of humans
 * and hand-overs alike. Sessions do not wait for each other, but for a thread: what is yours (the store, the summariser, the desk)
 * is called by 16 threads at most, which end when they have nothing to do.
 *
 * <p><b>What is kept.</b> A question is in the store before the model sees it. An answer is in the store, whole, before the
 * reply is complete. An answer that fails, or is cancelled, is not kept: the session then ends with a question that has no
 * answer, and the next question takes its place ({@link ChatSession}). A request that is over before its turn, because it was
 * cancelled or its deadline has passed, changes nothing.
 *
 * <p><b>Sessions.</b> Whoever sends the first question with an id begins the session, unless {@link
 * ChatOptions#withOnlyBegunSessions} says otherwise. How many there may be is the store's business; a session that is
 * forgotten while a question is answered stays forgotten.
 *
 * <p>Safe for use by any thread.
 *
 * @param <Q> the type of the requests
 * @param <R> the type of the parts of a reply
 */
public final class ChatHandler<Q, R> implements AsyncHandler<Q, R> {
    private final ChatModel model;
    private final ChatStore store;
    private final ChatOptions options;
    private final Function<? super Q, String> session;
    private final Function<? super Q, String> text;
    private final BiFunction<? super Generation, ? super Headers, ? extends R> reply;
    private final SessionLanes lanes;

    ChatHandler(
            ChatModel model,
            ChatStore store,
            ChatOptions options,
            Function<? super Q, String> session,
            Function<? super Q, String> text,
            BiFunction<? super Generation, ? super Headers, ? extends R> reply) {
        this.model = model;
        this.store = requireNonNull(store, "store");
        this.options = requireNonNull(options, "options");
        this.session = requireNonNull(session, "session");
        this.text = requireNonNull(text, "text");
        this.reply = requireNonNull(reply, "reply");
        this.lanes = new SessionLanes();
    }

    /**
     * Makes a handler.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the parts of a reply
     * @param model answers; stays the caller's, who closes it after the bus
     * @param store keeps the sessions; stays the caller's, who closes it after the bus
     * @param options how to converse
     * @param session gives the id of a request's session
     * @param text gives what the user says
     * @param reply makes a part of the reply from a piece of text and the headers of the request
     * @return the handler, for {@link dev.tokenring.bus.Bus#serveAsync(dev.tokenring.bus.Service, AsyncHandler)}
     */
    public static <Q, R> ChatHandler<Q, R> of(
            LanguageModel model,
            ChatStore store,
            ChatOptions options,
            Function<? super Q, String> session,
            Function<? super Q, String> text,
            BiFunction<? super Generation, ? super Headers, ? extends R> reply) {
        return of(new ModelSlot(requireNonNull(model, "model")), store, options, session, text, reply);
    }

    /**
     * Makes a handler whose model may be {@linkplain ModelSlot#replace replaced} while it serves: the sessions go on with the
     * next version, whose tokenizer and template make the prompts from then on.
     *
     * @param <Q> the type of the requests
     * @param <R> the type of the parts of a reply
     * @param slot holds the model that answers; stays the caller's, who closes it after the bus
     * @param store keeps the sessions; stays the caller's, who closes it after the bus
     * @param options how to converse, with every version; {@link ChatOptions#of(Function)} has each of them say how to generate
     * @param session gives the id of a request's session
     * @param text gives what the user says
     * @param reply makes a part of the reply from a piece of text and the headers of the request
     * @return the handler, for {@link dev.tokenring.bus.Bus#serveAsync(dev.tokenring.bus.Service, AsyncHandler)}
     */
    public static <Q, R> ChatHandler<Q, R> of(
            ModelSlot slot,
            ChatStore store,
            ChatOptions options,
            Function<? super Q, String> session,
            Function<? super Q, String> text,
            BiFunction<? super Generation, ? super Headers, ? extends R> reply) {
        return new ChatHandler<>(ChatModel.of(requireNonNull(slot, "slot")), store, options, session, text, reply);
    }

    @Override
    public void handle(Q request, AsyncReplies<R> replies) {
        String id = valid(requireNonNull(session.apply(request), "the function for the session's id gave null"));
        ChatMessage question =
                ChatMessage.user(requireNonNull(text.apply(request), "the function for what the user says gave null"));
        lanes.begin(id, done -> {
            if (replies.isOver()) {
                done.run();
            } else {
                answer(id, question, replies, done);
            }
        });
    }

    private static String valid(String id) {
        return ChatSession.begin(id).id();
    }

    private void answer(String id, ChatMessage question, AsyncReplies<R> replies, Runnable done) {
        try {
            ChatSession asked = keep(begunOrNew(id), new ChatEvent.Said(question), replies.headers());
            if (!asked.withHuman() && !options.wantsHuman(asked)) {
                askModel(asked, replies, done);
                return;
            }
            giveToHuman(asked, replies.headers());
            var piece = new Generation("", List.of(), List.of(), new Usage(0, 0, 0), FinishReason.HANDED_OVER);
            replies.send(requireNonNull(reply.apply(piece, replies.headers()), RepliesReader.NO_REPLY));
            replies.complete();
        } catch (Throwable failure) {
            replies.fail(failure);
        }
        done.run();
    }

    private void askModel(ChatSession asked, AsyncReplies<R> replies, Runnable done) {
        ChatMemory memory = options.memory();
        ChatEvent.Summarised summary = memory.summarise(asked);
        ChatSession shown = summary == null ? asked : keep(asked, summary, replies.headers());
        List<ChatMessage> messages = memory.remembered(shown, options.system());
        var turn = new ChatTurn<R>(
                replies,
                reply,
                rest -> lanes.goOn(() -> {
                    rest.run();
                    done.run();
                }),
                whole -> keep(shown, new ChatEvent.Said(ChatMessage.assistant(whole)), replies.headers()));
        turn.begin();
        try {
            model.generate(version -> asked(version, messages), replies, turn);
        } catch (Throwable failure) {
            turn.failed(failure);
        }
    }

    private ChatModel.Asked asked(ChatModel.Prompter version, List<ChatMessage> messages) {
        GenerationOptions generation = version.generation(options);
        int reserved = options.memory().reservedTokens(version.contextLength(), generation.maxTokens());
        try {
            return new ChatModel.Asked(version.prompt(messages, reserved), generation);
        } catch (PromptTooLongException tooLong) {
            throw options.memory().refused(tooLong);
        }
    }

    private ChatSession begunOrNew(String id) {
        ChatSession found = store.find(id);
        if (found == null && options.onlyBegun()) {
            throw new UnknownSessionException(id);
        }
        return found == null ? ChatSession.begin(id) : found;
    }

    /** What the event makes of the session, also where the store has forgotten it meanwhile. */
    private ChatSession keep(ChatSession before, ChatEvent event, Headers headers) {
        store.append(before.id(), event, headers);
        ChatSession after = ChatSession.after(before.id(), before, event);
        return after == null ? before : after;
    }

    private ChatSession giveToHuman(ChatSession session, Headers headers) {
        ChatSession handedOver = session.withHuman() ? session : keep(session, new ChatEvent.HandedOver(), headers);
        try {
            options.tellDesk(handedOver, headers);
            return handedOver;
        } catch (Throwable failure) {
            if (!session.withHuman()) {
                keep(handedOver, new ChatEvent.HandedBack(), headers);
            }
            throw failure;
        }
    }

    /**
     * Begins a session, unless it is there already.
     *
     * @param id the session's id
     * @return the session, when it is its turn; or what the store threw
     * @throws IllegalArgumentException if the id is blank or too long
     */
    public CompletableFuture<ChatSession> begin(String id) {
        return change(id, found -> {
            ChatSession session = found == null ? ChatSession.begin(id) : found;
            return keep(session, new ChatEvent.Begun(), Headers.NONE);
        });
    }

    /**
     * Hands a session over to a human, and tells the desk, unless a human has it already.
     *
     * @param id the session's id
     * @param headers for the message to the desk
     * @return the session, when it is its turn; or an {@link UnknownSessionException}, or what the store or the desk threw
     * @throws IllegalArgumentException if the id is blank or too long
     */
    public CompletableFuture<ChatSession> handOver(String id, Headers headers) {
        return change(id, found -> {
            ChatSession session = known(id, found);
            return session.withHuman() ? session : giveToHuman(session, headers);
        });
    }

    /**
     * Takes what a human has said in a session that was handed over to them, as the assistant's turn.
     *
     * @param id the session's id
     * @param text what the human said
     * @param headers those of the human's message
     * @return the session, when it is its turn; or an {@link UnknownSessionException}, an {@link IllegalStateException} if
     *     the session is not with a human, or what the store threw
     * @throws IllegalArgumentException if the id is blank or too long
     */
    public CompletableFuture<ChatSession> answer(String id, String text, Headers headers) {
        var turn = new ChatEvent.Said(ChatMessage.assistant(text));
        return change(id, found -> {
            if (!known(id, found).withHuman()) {
                throw new IllegalStateException(
                        "the session \"" + id + "\" is with the model: hand it over before a human answers");
            }
            return keep(known(id, found), turn, headers);
        });
    }

    /**
     * Gives a session back to the model, which answers from the next question on. Does nothing if the model has it.
     *
     * @param id the session's id
     * @param headers those of the human's message
     * @return the session, when it is its turn; or an {@link UnknownSessionException}, or what the store threw
     * @throws IllegalArgumentException if the id is blank or too long
     */
    public CompletableFuture<ChatSession> handBack(String id, Headers headers) {
        return change(id, found -> {
            ChatSession session = known(id, found);
            return session.withHuman() ? keep(session, new ChatEvent.HandedBack(), headers) : session;
        });
    }

    /**
     * Ends a session, when what came before is done, and forgets it. Does nothing if it is not there.
     *
     * @param id the session's id
     * @return when it is forgotten, the session as it was, or null; or what the store threw
     * @throws IllegalArgumentException if the id is blank or too long
     */
    public CompletableFuture<@Nullable ChatSession> end(String id) {
        return change(id, found -> {
            if (found != null) {
                store.append(id, new ChatEvent.Ended(), Headers.NONE);
            }
            return found;
        });
    }

    private static ChatSession known(String id, @Nullable ChatSession found) {
        if (found == null) {
            throw new UnknownSessionException(id);
        }
        return found;
    }

    private <S extends @Nullable ChatSession> CompletableFuture<S> change(
            String id, Function<@Nullable ChatSession, S> change) {
        var done = new CompletableFuture<S>();
        lanes.begin(valid(id), ended -> {
            try {
                done.complete(change.apply(store.find(id)));
            } catch (Throwable failure) {
                done.completeExceptionally(failure);
            }
            ended.run();
        });
        return done;
    }
}

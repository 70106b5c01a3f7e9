package dev.tokenring.llm;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.Headers;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link ChatHandler} holds its conversations. Start from {@link #of}, and derive.
 *
 * <p>Immutable, hence safe for use by any thread.
 */
public final class ChatOptions {
    private final Function<? super LanguageModel, GenerationOptions> generation;
    private final ChatMemory memory;
    private final @Nullable String system;
    private final Predicate<? super ChatSession> wantsHuman;
    private final BiConsumer<? super ChatSession, ? super Headers> desk;
    private final boolean onlyBegun;

    private ChatOptions(
            Function<? super LanguageModel, GenerationOptions> generation,
            ChatMemory memory,
            @Nullable String system,
            Predicate<? super ChatSession> wantsHuman,
            BiConsumer<? super ChatSession, ? super Headers> desk,
            boolean onlyBegun) {
        this.generation = generation;
        this.memory = memory;
        this.system = system;
        this.wantsHuman = wantsHuman;
        this.desk = desk;
        this.onlyBegun = onlyBegun;
    }

    /**
     * Options with no system's turn, a memory of all that fits the context, no hand-over, and a
     * new session for each id that is not known.
     *
     * @param generation how to generate; its token limit is also the room that is left for an answer in the context, but
     *     half of the context at most
     * @return the options
     * @throws IllegalArgumentException if it asks for several samples
     */
    public static ChatOptions of(GenerationOptions generation) {
        GenerationOptions checked = ofOneAnswer(requireNonNull(generation, "generation"));
        return of(model -> checked);
    }

    private static GenerationOptions ofOneAnswer(GenerationOptions generation) {
        if (generation.samples() > 1) {
            throw new IllegalArgumentException(
                    "samples is " + generation.samples() + ": a conversation goes on with one answer, so it must be 1");
        }
        return generation;
    }

    /**
     * The same, where the model that answers says for each answer how to generate: a seed that is never the same, say, or,
     * where {@linkplain ModelSlot versions} follow each other, each one's own {@linkplain LanguageModel#defaults() defaults}
     * with its end tokens.
     *
     * @param generation how to generate with this model; what it throws fails the request, and so do several samples
     * @return the options
     */
    public static ChatOptions of(Function<? super LanguageModel, GenerationOptions> generation) {
        return new ChatOptions(
                requireNonNull(generation, "generation"),
                ChatMemory.ALL,
                null,
                session -> false,
                (session, headers) -> {},
                false);
    }

    /**
     * Derives options with another memory.
     *
     * @param memory how much of a session the model sees
     * @return the derived options
     */
    public ChatOptions withMemory(ChatMemory memory) {
        return new ChatOptions(generation, requireNonNull(memory, "memory"), system, wantsHuman, desk, onlyBegun);
    }

    /**
     * Derives options with a system's turn, which stands at the beginning of each prompt and is not part of a session.
     *
     * @param system what the model is and how it is to behave; the model's template must know such a turn
     * @return the derived options
     */
    public ChatOptions withSystem(String system) {
        return new ChatOptions(generation, memory, requireNonNull(system, "system"), wantsHuman, desk, onlyBegun);
    }

    /**
     * Derives options with which a human can take over. After each question that the model would answer, {@code wantsHuman}
     * is asked; when it says yes, or when {@link ChatHandler#handOver} is called, the session is with the human, and the desk
     * is told of it and of each further question, with the conversation so far: it should publish that as a message. Until
     * {@link ChatHandler#handBack} the model does not answer: who asks gets, at once, an empty last part with {@link
     * FinishReason#HANDED_OVER}. What the human says becomes part of the session with {@link ChatHandler#answer}, and
     * reaches the user by the message in which it came.
     *
     * @param wantsHuman looks at a session that ends with a question; quick
     * @param desk publishes the session, with the headers of the request. When it throws, the request fails, and a session
     *     that was just to be handed over stays with the model
     * @return the derived options
     */
    public ChatOptions withHandOver(
            Predicate<? super ChatSession> wantsHuman, BiConsumer<? super ChatSession, ? super Headers> desk) {
        return new ChatOptions(
                generation,
                memory,
                system,
                requireNonNull(wantsHuman, "wantsHuman"),
                requireNonNull(desk, "desk"),
                onlyBegun);
    }

    /**
     * Derives options with which a question in a session that is not there is refused with an {@link
     * UnknownSessionException}, so that nobody is answered by a model that has forgotten everything. Sessions then begin with
     * {@link ChatHandler#begin}.
     *
     * @return the derived options
     */
    public ChatOptions withOnlyBegunSessions() {
        return new ChatOptions(generation, memory, system, wantsHuman, desk, true);
    }

    GenerationOptions generation(LanguageModel model) {
        return ofOneAnswer(requireNonNull(generation.apply(model), "the function that says how to generate gave null"));
    }

    ChatMemory memory() {
        return memory;
    }

    @Nullable String system() {
        return system;
    }

    boolean wantsHuman(ChatSession session) {
        return wantsHuman.test(session);
    }

    void tellDesk(ChatSession session, Headers headers) {
        desk.accept(session, headers);
    }

    boolean onlyBegun() {
        return onlyBegun;
    }

    /** What is not the user's code. */
    @Override
    public String toString() {
        return "ChatOptions[" + memory + (system == null ? "" : ", system \"" + system + "\"")
                + (onlyBegun ? ", only sessions that were begun" : "") + "]";
    }
}

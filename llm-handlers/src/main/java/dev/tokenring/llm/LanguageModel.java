package dev.tokenring.llm;

import static java.util.Objects.requireNonNull;

import dev.tokenring.llm.engine.GenerationEngine;
import dev.tokenring.llm.engine.Reader;
import dev.tokenring.llm.engine.Samplers;
import dev.tokenring.llm.engine.TorchStepModel;
import dev.tokenring.llm.model.ChatTemplate;
import dev.tokenring.llm.model.ModelFolder;
import dev.tokenring.llm.model.SafeTensors;
import dev.tokenring.llm.model.Tokenizer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * A causal language model from a folder in the style of Hugging Face ({@code config.json}, {@code model.safetensors} or its
 * shards and their index, {@code tokenizer.json}; {@code tokenizer_config.json} and {@code generation_config.json} if
 * present), loaded into PyTorch. Weights may be in F32, F16 or BF16; with which {@link Precision} they are computed is a
 * choice of its own. These families are supported, by their {@code model_type}: GPT-2 ({@code gpt2}), Llama 2 and 3 and
 * what is built alike, such as SmolLM2 ({@code llama}), Mistral ({@code mistral}), Qwen2 and 2.5 ({@code qwen2}), Qwen3
 * ({@code qwen3}) and SmolLM3 ({@code smollm3}).
 *
 * <pre>{@code
 * try (LanguageModel model = LanguageModel.load(Path.of("models/house-dialogue"))) {
 *     int[] prompt = model.chatPrompt(List.of(ChatMessage.user("I need a table for two")), 64);
 *     model.generate(prompt, model.defaults(), piece -> shown.append(piece.text()), () -> false);
 * }
 * }</pre>
 *
 * <p>Loading needs no network, and switches off the telemetry of the libraries beneath. Native memory is held until
 * {@link #close()}.
 *
 * <p>Safe for use by any thread. Requests share the model: those that are being answered go through it together, a step
 * at a time, and each may join and leave between two steps. {@link EngineOptions} says how much there is to share.
 */
public final class LanguageModel implements AutoCloseable {
    private static final int WARM_UP_TOKENS = 32;
    private static final int WARM_UP_STEPS = 4;

    private final String name;
    private final TokenIds tokenIds;
    private final Tokenizer tokenizer;
    private final ChatTemplate chatTemplate;
    private final GenerationOptions defaults;
    private final GenerationEngine engine;
    private final Lifetime lifetime;

    private LanguageModel(
            ModelFolder folder,
            ChatTemplate chatTemplate,
            GenerationOptions defaults,
            Tokenizer tokenizer,
            GenerationEngine engine) {
        this.name = folder.name();
        this.tokenIds = new TokenIds(folder.family().vocabularySize());
        this.tokenizer = tokenizer;
        this.chatTemplate = chatTemplate;
        this.defaults = defaults;
        this.engine = engine;
        this.lifetime = new Lifetime(name, tokenizer::close);
    }

    /**
     * Loads a model with {@linkplain ModelOptions#DEFAULT default options}.
     *
     * @param folder the model's folder
     * @return the model, ready to generate
     * @throws ModelLoadException if the folder is no model that can be loaded; the message says which file is wrong, how,
     *     and what to do
     */
    public static LanguageModel load(Path folder) {
        return load(folder, ModelOptions.DEFAULT);
    }

    /**
     * Loads a model that shares itself among its requests {@linkplain EngineOptions#DEFAULT as usual}.
     *
     * @param folder the model's folder
     * @param options how the model is run
     * @return the model, ready to generate
     * @throws ModelLoadException if the folder is no model that can be loaded, or the device is not there; the message
     *     says what is wrong and what to do
     */
    public static LanguageModel load(Path folder, ModelOptions options) {
        return load(folder, options, EngineOptions.DEFAULT);
    }

    /**
     * Loads a model.
     *
     * @param folder the model's folder
     * @param options how the model is run
     * @param sharing how the model shares itself among its requests
     * @return the model, ready to generate
     * @throws ModelLoadException if the folder is no model that can be loaded, or the device is not there; the message
     *     says what is wrong and what to do
     * @throws IllegalArgumentException if {@link EngineOptions#stepTokens()} is not more than {@link
     *     EngineOptions#maxBatchSize()}, or {@link EngineOptions#cacheBytes()} is too little for a single sequence
     */
    public static LanguageModel load(Path folder, ModelOptions options, EngineOptions sharing) {
        requireNonNull(folder, "folder");
        requireNonNull(options, "options");
        sharing.requireRoomForPrompts();
        ModelFolder opened = ModelFolder.open(folder);
        ChatTemplate chatTemplate = opened.chatTemplate();
        GenerationOptions defaults = opened.defaults();
        // What is cheap to check comes first: a folder that is wrong is refused before its weights take memory.
        try (SafeTensors weights = opened.openWeights()) {
            TorchStepModel.check(opened, weights);
            Tokenizer tokenizer = opened.loadTokenizer();
            try {
                GenerationEngine engine = GenerationEngine.start(
                        opened.name(),
                        () -> TorchStepModel.load(opened.family(), weights, options),
                        new Samplers(tokenizer),
                        sharing);
                return new LanguageModel(opened, chatTemplate, defaults, tokenizer, engine);
            } catch (RuntimeException | Error e) {
                tokenizer.close();
                throw e;
            }
        }
    }

    /**
     * The name of the model.
     *
     * @return the name of its folder
     */
    public String name() {
        return name;
    }

    /**
     * How many tokens prompt and answer may have together: as many as the model was made for, or fewer where {@link
     * EngineOptions#cacheBytes()} has no room for so many.
     *
     * @return a number of tokens
     */
    public int contextLength() {
        return engine.mostTokens();
    }

    /**
     * How many tokens the model knows.
     *
     * @return the length of {@link #logits}
     */
    public int vocabularySize() {
        return tokenIds.vocabularySize();
    }

    /**
     * How the model's makers generate with it, from its {@code generation_config.json}; greedily, without that file. The
     * end tokens are always the model's own.
     *
     * @return options to derive from
     */
    public GenerationOptions defaults() {
        return defaults;
    }

    /**
     * Tokenizes a text in which special tokens, such as {@code <|endoftext|>}, are meant as such. Where the model's tokenizer
     * puts a token before every text, as Llama's does, that comes first, unless the text begins with it.
     *
     * @param text any text
     * @return the token ids
     * @throws IllegalStateException if the model is closed
     */
    public int[] tokenize(String text) {
        requireNonNull(text, "text");
        return lifetime.use(() -> tokenizer.encodeFromBeginning(text));
    }

    /**
     * The text of tokens, without special tokens.
     *
     * @param ids token ids
     * @return the text
     * @throws IllegalArgumentException if an id is not in the vocabulary
     * @throws IllegalStateException if the model is closed
     */
    public String detokenize(List<Integer> ids) {
        tokenIds.require(requireNonNull(ids, "ids"), "the list");
        return lifetime.use(() -> tokenizer.decode(ids));
    }

    /**
     * Writes a conversation down as the model's chat template says, up to where the model's turn begins. Where it is too
     * long, the oldest turns are left out, each with what answered it; a system's turns at the beginning and the latest
     * turn always stay. What stands in a message is taken as ordinary text: a special token that somebody types does not
     * become one, and neither does a template.
     *
     * <p>A model without a template gets the turns, one a line: a single message as it is, so that the model goes on with
     * it; several with a line's end after the last, so that the model writes the next line.
     *
     * @param messages the turns so far, the latest last; at least one
     * @param answerTokens for how many tokens of the answer to leave room; at least 1 and fewer than
     *     {@link #contextLength()}
     * @return the token ids of the prompt
     * @throws PromptTooLongException if the latest turn alone, with the system's, is too long
     * @throws IllegalArgumentException if there is no message, the room for the answer is out of its range, or the
     *     template does not take such a conversation
     * @throws ModelLoadException if the template can't be rendered
     * @throws IllegalStateException if the model is closed
     */
    public int[] chatPrompt(List<ChatMessage> messages, int answerTokens) {
        if (requireNonNull(messages, "messages").isEmpty()) {
            throw new IllegalArgumentException("the conversation has no message: give at least one");
        }
        if (answerTokens < 1 || answerTokens >= contextLength()) {
            throw new IllegalArgumentException("answerTokens is " + answerTokens + ": it must be from 1 to "
                    + (contextLength() - 1) + ", for prompt and answer share a context of " + contextLength());
        }
        List<ChatMessage> neutral = messages.stream().map(this::neutral).toList();
        return lifetime.use(() -> new ChatWindow(neutral, this::written).fit(contextLength(), answerTokens));
    }

    private ChatMessage neutral(ChatMessage message) {
        String content = message.role().equals("assistant")
                ? tokenizer.neutraliseSpecial(message.content())
                : tokenizer.neutralise(message.content());
        return new ChatMessage(message.role(), content);
    }

    /** A template writes all that it wants to stand there, also what comes first. */
    private int[] written(List<ChatMessage> turns) {
        String text = chatTemplate.render(turns);
        return chatTemplate.isGiven() ? tokenizer.encode(text) : tokenizer.encodeFromBeginning(text);
    }

    /**
     * Computes the logits after a prompt.
     *
     * @param prompt token ids; at least one and at most {@link #contextLength()}
     * @return the logits after the last token, of shape [vocabulary]
     * @throws PromptTooLongException if the prompt does not fit the context
     * @throws IllegalArgumentException if the prompt is empty or an id is not in the vocabulary
     * @throws IllegalStateException if the model is closed
     */
    public float[] logits(int[] prompt) {
        check(prompt, contextLength());
        float[] logits = engine.logits(prompt);
        if (logits == null) {
            throw lifetime.closedAlready();
        }
        return logits;
    }

    /**
     * Computes how likely the model finds a text, token by token. The sum of what it gives, negated and divided by their
     * number, is the loss in nats per token; its exponential is the perplexity.
     *
     * @param ids token ids; at least one and at most {@link #contextLength()}
     * @return for each token but the first the natural logarithm of its probability after those before it: element 0 is that
     *     of {@code ids[1]}
     * @throws PromptTooLongException if the text does not fit the context
     * @throws IllegalArgumentException if there is no token or an id is not in the vocabulary
     * @throws IllegalStateException if the model is closed
     */
    public double[] score(int[] ids) {
        check(requireNonNull(ids, "ids"), contextLength());
        if (ids.length == 1) {
            return new double[0];
        }
        double[] scores = engine.score(ids);
        if (scores == null) {
            throw lifetime.closedAlready();
        }
        return scores;
    }

    /**
     * Generates what follows a prompt, together with whatever else the model is asked for meanwhile. An interrupt does not
     * end it, and stays set.
     *
     * @param prompt token ids; at least one and fewer than {@link #contextLength()}
     * @param options how to generate
     * @return what was generated
     * @throws PromptTooLongException if the prompt leaves no room for a token in the context
     * @throws OverloadedException if too many requests wait for the model already
     * @throws IllegalArgumentException if the prompt is empty, an id in it or in the options is not in the vocabulary, the
     *     options ask for several samples, which {@link #samples} gives, or the constraint can't be met in the room that
     *     there is
     * @throws IllegalStateException if the model is closed
     */
    public Generation generate(int[] prompt, GenerationOptions options) {
        return generate(prompt, options, piece -> {}, () -> false);
    }

    /**
     * Generates what follows a prompt, together with whatever else the model is asked for meanwhile. The listener may close
     * the model, which ends the generation within one step; it may also ask the model for something else. The model does
     * not wait for the listener, but no more than a few dozen tokens run ahead of it. An interrupt does not end it, and
     * stays set.
     *
     * @param prompt token ids; at least one and fewer than {@link #contextLength()}
     * @param options how to generate
     * @param pieces gets each piece as soon as it is sure, on the calling thread; the last has a finish reason. What it
     *     throws ends the generation, and is thrown to the caller
     * @param cancelled asked before each step whether to stop, by the thread that computes, so it must not wait; true ends
     *     the generation. What it throws ends it too, and is thrown to the caller
     * @return all pieces merged
     * @throws PromptTooLongException if the prompt leaves no room for a token in the context
     * @throws OverloadedException if too many requests wait for the model already
     * @throws IllegalArgumentException if the prompt is empty, an id in it or in the options is not in the vocabulary, the
     *     options ask for several samples, which {@link #samples} gives, or the constraint can't be met in the room that
     *     there is
     * @throws IllegalStateException if the model is closed
     */
    public Generation generate(
            int[] prompt, GenerationOptions options, Consumer<Generation> pieces, BooleanSupplier cancelled) {
        requireNonNull(pieces, "pieces");
        requireNonNull(cancelled, "cancelled");
        check(prompt, options);
        if (options.samples() > 1) {
            throw new IllegalArgumentException("samples is " + options.samples()
                    + ": generate gives one text, so it must be 1; for several use samples()");
        }
        return lifetime.use(() -> {
            var caller = new CallingReader(pieces, cancelled);
            engine.generate(prompt, options, 0, 0, Long.MAX_VALUE, tokenizer::decode, caller, caller);
            return caller.readAll();
        });
    }

    /**
     * Generates as many texts after one prompt as the options {@linkplain GenerationOptions#samples() say}, together; the
     * prompt is computed once.
     *
     * @param prompt token ids; at least one and fewer than {@link #contextLength()}
     * @param options how to generate
     * @return the samples, in order; the first is what {@link #generate(int[], GenerationOptions)} gives for one sample
     * @throws PromptTooLongException if the prompt leaves no room for a token in the context
     * @throws OverloadedException if too many requests wait for the model already
     * @throws IllegalArgumentException if the prompt is empty, an id in it or in the options is not in the vocabulary, or the
     *     constraint can't be met in the room that there is
     * @throws IllegalStateException if the model is closed
     */
    public List<Generation> samples(int[] prompt, GenerationOptions options) {
        check(prompt, options);
        return lifetime.use(() -> {
            var callers = new ArrayList<CallingReader>();
            var over = new AtomicBoolean();
            var first = new CallingReader(piece -> {}, over::get);
            engine.requirePlaces(options.samples());
            try {
                for (int sample = 0; sample < options.samples(); sample++) {
                    var caller = sample == 0 ? first : first.ofAnother();
                    engine.generate(prompt, options, sample, 0, Long.MAX_VALUE, tokenizer::decode, caller, caller);
                    callers.add(caller);
                }
                return IntStream.range(0, callers.size())
                        .mapToObj(sample -> callers.get(sample).readAll().ofSample(sample))
                        .toList();
            } finally {
                over.set(true);
            }
        });
    }

    /**
     * Has as many answers generated as the options say, for a reader that is called by the engine's threads.
     *
     * @return to be run when the reader is gone
     */
    Runnable generate(int[] prompt, GenerationOptions options, int priority, long remainingNs, Reader reader) {
        check(prompt, options);
        return lifetime.use(() -> engine.generateAll(prompt, options, priority, remainingNs, this::decode, reader));
    }

    private String decode(List<Integer> ids) {
        return lifetime.finish(() -> tokenizer.decode(ids));
    }

    private void check(int[] prompt, int limit) {
        if (requireNonNull(prompt, "prompt").length == 0) {
            throw new IllegalArgumentException("the prompt is empty: give at least one token");
        }
        if (prompt.length > limit) {
            throw new PromptTooLongException(prompt.length, limit);
        }
        tokenIds.require(prompt);
    }

    private void check(int[] prompt, GenerationOptions options) {
        requireNonNull(options, "options");
        check(prompt, contextLength() - 1);
        tokenIds.require(options);
    }

    /**
     * Runs a few steps, so that what is done once is done before the first request: native code is made ready, memory is
     * touched.
     *
     * @throws IllegalStateException if the model is closed
     */
    public void warmUp() {
        int[] prompt = new int[Math.min(WARM_UP_TOKENS, contextLength() / 2)];
        for (int i = 0; i < prompt.length; i++) {
            prompt[i] = i % vocabularySize();
        }
        generate(prompt, GenerationOptions.GREEDY.withMaxTokens(Math.min(WARM_UP_STEPS, prompt.length)));
    }

    /**
     * Whether the model answers.
     *
     * @return how it is
     */
    public Health health() {
        if (lifetime.isClosed()) {
            return Health.CLOSED;
        }
        if (engine.isFailing()) {
            return Health.FAILED;
        }
        return engine.isTakingIn() ? Health.READY : Health.DRAINING;
    }

    /**
     * How many requests are waiting for the model or being answered.
     *
     * @return a number of requests
     */
    public int open() {
        return engine.open();
    }

    /**
     * Takes no more requests in, waits until those that it has are finished, and {@linkplain #close() closes}. Called by a
     * listener of {@link #generate}, or by what makes a handler's responses of pieces, it waits for nothing, for that
     * generation can't end before the listener does: what is not finished is cancelled at once.
     *
     * @param patience how long to wait at most; what is not finished then ends with {@link FinishReason#CANCELLED}
     * @return how many requests were not finished
     * @throws IllegalArgumentException if the patience is negative
     */
    public int close(Duration patience) {
        requirePatience(patience);
        boolean wouldWaitForItself = engine.isComputing() || engine.isDelivering() || lifetime.isUsedByThisThread();
        int unfinished = wouldWaitForItself ? engine.open() : engine.drain(TimeUnit.NANOSECONDS.convert(patience));
        close();
        return unfinished;
    }

    static void requirePatience(Duration patience) {
        if (requireNonNull(patience, "patience").isNegative()) {
            throw new IllegalArgumentException("patience is " + patience + ": it must be zero or more");
        }
    }

    /**
     * Ends what is being generated, with {@link FinishReason#CANCELLED}, and frees all native memory. Waits for the step at
     * hand and for other threads that use the model; called by a listener of {@link #generate}, it does not wait for that
     * generation, and the tokenizer is freed when it has ended. Closing twice does nothing more.
     */
    @Override
    public void close() {
        if (engine.isComputing()) {
            // The thread that computes would wait for callers who wait for it.
            new Thread(this::close, "tokenring-close-" + name).start();
            return;
        }
        lifetime.close();
        engine.close();
        lifetime.free();
    }

    /** The name, and with which precision it computes where. */
    @Override
    public String toString() {
        return "LanguageModel[" + name + ", " + engine + "]";
    }
}

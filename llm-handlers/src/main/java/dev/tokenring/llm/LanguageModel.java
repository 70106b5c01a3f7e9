package dev.tokenring.llm;

import static java.util.Objects.requireNonNull;

import dev.tokenring.llm.engine.DecodeLoop;
import dev.tokenring.llm.engine.Samplers;
import dev.tokenring.llm.engine.TorchStepModel;
import dev.tokenring.llm.model.ChatTemplate;
import dev.tokenring.llm.model.ModelFamily;
import dev.tokenring.llm.model.ModelFolder;
import dev.tokenring.llm.model.SafeTensors;
import dev.tokenring.llm.model.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A causal language model from a folder in the style of Hugging Face ({@code config.json}, {@code model.safetensors} or its
 * shards and their index, {@code tokenizer.json}; {@code tokenizer_config.json} and {@code generation_config.json} if
 * present), loaded into PyTorch. Weights may be in F32, F16 or BF16. These families are supported, by their {@code
 * model_type}: GPT-2 ({@code gpt2}), Llama 2 and 3 and what is built alike, such as SmolLM2 ({@code llama}), Mistral
 * ({@code mistral}), Qwen2 and 2.5 ({@code qwen2}), Qwen3 ({@code qwen3}) and SmolLM3 ({@code smollm3}).
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
 * <p>Safe for use by any thread; one request is computed at a time, in the order of asking.
 */
public final class LanguageModel implements AutoCloseable {
    private final String name;
    private final ModelFamily family;
    private final Tokenizer tokenizer;
    private final ChatTemplate chatTemplate;
    private final GenerationOptions defaults;
    private final TorchStepModel program;
    private final Samplers samplers;
    private final ReentrantLock computing = new ReentrantLock(true);
    private final Lifetime lifetime;

    private LanguageModel(
            ModelFolder folder,
            ChatTemplate chatTemplate,
            GenerationOptions defaults,
            Tokenizer tokenizer,
            TorchStepModel program) {
        this.name = folder.name();
        this.family = folder.family();
        this.tokenizer = tokenizer;
        this.chatTemplate = chatTemplate;
        this.defaults = defaults;
        this.program = program;
        this.samplers = new Samplers(tokenizer);
        this.lifetime = new Lifetime(name, () -> {
            program.close();
            tokenizer.close();
        });
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
     * Loads a model.
     *
     * @param folder the model's folder
     * @param options how the model is run
     * @return the model, ready to generate
     * @throws ModelLoadException if the folder is no model that can be loaded, or the device is not there; the message
     *     says what is wrong and what to do
     */
    public static LanguageModel load(Path folder, ModelOptions options) {
        ModelFolder opened = ModelFolder.open(requireNonNull(folder, "folder"));
        requireNonNull(options, "options");
        ChatTemplate chatTemplate = opened.chatTemplate();
        GenerationOptions defaults = opened.defaults();
        // What is cheap to check comes first: a folder that is wrong is refused before its weights take memory.
        try (SafeTensors weights = opened.openWeights()) {
            TorchStepModel.check(opened, weights);
            Tokenizer tokenizer = opened.loadTokenizer();
            try {
                return new LanguageModel(
                        opened,
                        chatTemplate,
                        defaults,
                        tokenizer,
                        TorchStepModel.load(opened.family(), weights, options));
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
     * How many tokens prompt and answer may have together.
     *
     * @return a number of tokens
     */
    public int contextLength() {
        return family.contextLength();
    }

    /**
     * How many tokens the model knows.
     *
     * @return the length of {@link #logits}
     */
    public int vocabularySize() {
        return family.vocabularySize();
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
        return lifetime.use(() -> tokenizer.encodeFromBeginning(text));
    }

    /**
     * The text of tokens, without special tokens.
     *
     * @param ids token ids
     * @return the text
     * @throws IllegalStateException if the model is closed
     */
    public String detokenize(List<Integer> ids) {
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
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("the conversation has no message: give at least one");
        }
        if (answerTokens < 1 || answerTokens >= contextLength()) {
            throw new IllegalArgumentException("answerTokens is " + answerTokens + ": it must be from 1 to "
                    + (contextLength() - 1) + ", for prompt and answer share a context of " + contextLength());
        }
        List<ChatMessage> neutral = messages.stream().map(this::neutral).toList();
        return lifetime.use(() -> new ChatWindow(neutral, this::written).fit(contextLength() - answerTokens));
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
        return compute(model -> model.logits(prompt));
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
        check(ids, contextLength());
        return compute(model -> model.score(ids));
    }

    /**
     * Generates what follows a prompt. The listener may close the model, which ends the generation within one step; it
     * may also ask the model for something else meanwhile.
     *
     * @param prompt token ids; at least one and fewer than {@link #contextLength()}
     * @param options how to generate
     * @param pieces gets each piece as soon as it is sure, on the calling thread; the last has a finish reason. What it
     *     throws ends the generation, and is thrown to the caller
     * @param cancelled asked before each step whether to stop; true ends the generation within one step
     * @return all pieces merged
     * @throws PromptTooLongException if the prompt leaves no room for a token in the context
     * @throws IllegalArgumentException if the prompt is empty or an id is not in the vocabulary
     * @throws IllegalStateException if the model is closed
     */
    public Generation generate(
            int[] prompt, GenerationOptions options, Consumer<Generation> pieces, BooleanSupplier cancelled) {
        requireNonNull(options, "options");
        check(prompt, contextLength() - 1);
        return compute(model -> new DecodeLoop(model, tokenizer, samplers, options)
                .run(prompt, pieces, () -> lifetime.isClosed() || cancelled.getAsBoolean()));
    }

    private <T> T compute(Function<TorchStepModel, T> work) {
        return lifetime.use(() -> {
            computing.lock();
            try {
                return work.apply(program);
            } finally {
                computing.unlock();
            }
        });
    }

    private void check(int[] prompt, int limit) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("the prompt is empty: give at least one token");
        }
        if (prompt.length > limit) {
            throw new PromptTooLongException(prompt.length, limit);
        }
        for (int id : prompt) {
            if (id < 0 || id >= vocabularySize()) {
                throw new IllegalArgumentException("the prompt has the token id " + id
                        + ": this model's ids go from 0 to " + (vocabularySize() - 1));
            }
        }
    }

    /**
     * Ends what is being generated, with {@link FinishReason#CANCELLED}, and frees all native memory. Waits for what other
     * threads are computing, which takes one step at most; called by a listener of {@link #generate}, it does not wait,
     * and the memory is freed when that generation has ended. Closing twice does nothing more.
     */
    @Override
    public void close() {
        lifetime.close();
    }
}

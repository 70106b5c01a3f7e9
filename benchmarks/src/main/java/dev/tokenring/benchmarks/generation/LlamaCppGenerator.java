package dev.tokenring.benchmarks.generation;

import static java.util.Objects.requireNonNullElse;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.ModelParameters;
import de.kherud.llama.args.LogFormat;
import de.kherud.llama.args.Sampler;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * llama.cpp, in this process, through its Java binding, <a
 * href="https://github.com/kherud/java-llama.cpp/tree/v4.2.0">de.kherud:llama</a>. Inside, the binding is llama.cpp's server
 * of the release <a href="https://github.com/ggml-org/llama.cpp/blob/b4916/examples/server/README.md">b4916</a> without
 * HTTP, and takes the same settings:
 *
 * <ul>
 *   <li>{@code --threads} and {@code --threads-batch}: as many as there are processors. Any less leaves one idle.
 *   <li>{@code --parallel}: a slot for each caller, so that none waits; and no more, for what a slot keeps of its last prompt
 *       is looked at when others compute theirs.
 *   <li>{@code --cont-batching}: on, so that all slots go through the model together.
 *   <li>{@code --ctx-size}: is shared by the slots; each gets room for prompt and answer, and nothing has to be moved.
 *   <li>{@code --flash-attn}: on. With 16 callers and Q8_0 it was a few percent faster; keys and values in fp32 instead of
 *       16 bits it does not take.
 *   <li>{@code --poll}: left alone; without polling it was slower.
 *   <li>{@code samplers}: only top-k, with k = 1, which is the greedy choice without the other samplers' passes over the
 *       vocabulary. At temperature 0 with all of them it was slower.
 *   <li>{@code ignore_eos} and {@code n_predict}: each answer is as long as the others'.
 *   <li>{@code stream}: off, so that it makes one answer for each caller and no JSON for each token.
 * </ul>
 *
 * <p>The binding takes text, not token ids: see {@link CharacterVocabulary}. It needs no network. Closing ends its thread, but
 * the binding has no way to free the model: that goes with the JVM.
 */
final class LlamaCppGenerator implements Generator {
    /** For prompt and answer; sizes are rounded up to something like it anyway. */
    static final int TOKENS_PER_CALLER = 128;

    private final LlamaModel model;
    private final CharacterVocabulary vocabulary;
    private final ExecutorService callers;

    private LlamaCppGenerator(LlamaModel model, CharacterVocabulary vocabulary, int callers) {
        this.model = model;
        this.vocabulary = vocabulary;
        this.callers = Executors.newFixedThreadPool(callers);
    }

    /**
     * Loads a model.
     *
     * @param type in which numbers its weights are
     * @param callers the most that will ask at the same time
     * @throws IllegalStateException if something is {@linkplain #missing missing}
     */
    static LlamaCppGenerator open(LlamaShape shape, GgufType type, int callers) {
        return open(shape, RandomFolder.of(shape), type, callers);
    }

    static LlamaCppGenerator open(LlamaShape shape, Path folder, GgufType type, int callers) {
        String missing = missing();
        if (missing != null) {
            throw new IllegalStateException("llama.cpp can't be run here, for want of " + missing);
        }
        int threads = Runtime.getRuntime().availableProcessors();
        var model = new LlamaModel(new ModelParameters()
                .setModel(LlamaGguf.of(shape, type, folder).toString())
                .setThreads(threads)
                .setThreadsBatch(threads)
                .setParallel(callers)
                .enableContBatching()
                .setCtxSize(callers * TOKENS_PER_CALLER)
                .enableFlashAttn()
                .disableLog());
        return new LlamaCppGenerator(model, new CharacterVocabulary(shape.vocabularySize()), callers);
    }

    /**
     * What it lacks on this machine.
     *
     * @return null if it can be run
     */
    static @Nullable String missing() {
        try {
            Native.load();
            return null;
        } catch (LinkageError e) {
            return "a native library of llama.cpp's Java binding for this platform (" + e.getMessage() + ")";
        }
    }

    /** Loads the native library once, when it is asked for first. */
    private static final class Native {
        static {
            // The binding unpacks into a folder that all JVMs share, and deletes what it thinks is its own there.
            File folder = ownFolder();
            System.setProperty("de.kherud.llama.tmpdir", folder.toString());
            LlamaModel.setLogger(LogFormat.TEXT, (level, message) -> {});
            delete(folder);
        }

        /** At once, where the system lets go of the name of a library in use, for JMH ends its JVMs without their hooks. */
        private static void delete(File folder) {
            folder.deleteOnExit(); // after the files in it, for the last to be named is the first to go
            for (File unpacked : requireNonNullElse(folder.listFiles(), new File[0])) {
                if (!unpacked.delete()) {
                    unpacked.deleteOnExit();
                }
            }
            folder.delete();
        }

        static void load() {
            // The initializer did.
        }

        private static File ownFolder() {
            try {
                return Files.createTempDirectory("tokenring-benchmarks-native").toFile();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public int[] generate(List<int[]> prompts, int newTokens) throws Exception {
        return answers(prompts, newTokens).stream().mapToInt(String::length).toArray();
    }

    /** The texts that are generated. Each has as many characters as tokens: {@link TensorShape#head} sees to that. */
    List<String> answers(List<int[]> prompts, int newTokens) throws Exception {
        var answers = new ArrayList<Future<String>>();
        for (int[] prompt : prompts) {
            if (prompt.length + newTokens > TOKENS_PER_CALLER) {
                throw new IllegalArgumentException("prompt and answer are " + (prompt.length + newTokens)
                        + " tokens: at most " + TOKENS_PER_CALLER + " have room");
            }
            var asked = new InferenceParameters(vocabulary.text(prompt))
                    .setNPredict(newTokens)
                    .setIgnoreEos(true)
                    .setSamplers(Sampler.TOP_K)
                    .setTopK(1);
            answers.add(callers.submit(() -> model.complete(asked)));
        }
        var texts = new ArrayList<String>();
        for (Future<String> answer : answers) {
            texts.add(answer.get());
        }
        return texts;
    }

    @Override
    public void close() {
        callers.shutdown();
        model.close();
    }
}

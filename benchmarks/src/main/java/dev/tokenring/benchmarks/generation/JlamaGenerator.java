package dev.tokenring.benchmarks.generation;

import java.io.File;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * <a href="https://github.com/tjake/Jlama">Jlama</a>, which computes in Java's vectors. Its classes are for Java 20 and later,
 * so that this project's compiler can't read them: it is called by reflection, a few times for each answer.
 *
 * <ul>
 *   <li>The JVM: 22 or later, where the foreign memory that it uses is no preview feature, with {@code --add-modules
 *       jdk.incubator.vector}, as its README says.
 *   <li>Operations: those in Java, which are its default. Its native library, which is a choice, was a sixth slower on Java 25,
 *       with AVX-512 and one caller.
 *   <li>Numbers: fp32 for weights and working memory, since it computes with what is in the model's folder. Its way to fewer
 *       bits is a folder that its own tool has converted, to 4 bits a weight, which is another model.
 *   <li>Threads: as many as there are processors. Its default is half of them, but at least 2.
 *   <li>Callers: one after another. It has no batches of several requests; and when several threads ask at the same time, its
 *       answers are wrong, or it throws, or memory is corrupted and the JVM ends.
 * </ul>
 *
 * <p>It takes text, not token ids, and puts the token that begins a text before it: so that all compute as many tokens, that
 * takes the place of the prompt's first. It stops at the token that ends a text, which never comes: {@link TensorShape#head}.
 */
final class JlamaGenerator implements Generator {
    /** What the JVM must be started with. */
    static final List<String> JVM_ARGUMENTS =
            List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED");

    private static final int FIRST_JAVA = 22;
    private static final String PACKAGE = "com.github.tjake.jlama.";

    private final AutoCloseable model;
    private final CharacterVocabulary vocabulary;
    private final Method promptOf;
    private final Method generate;
    private final Field text;

    private JlamaGenerator(Path folder, CharacterVocabulary vocabulary) throws ReflectiveOperationException {
        this.vocabulary = vocabulary;
        Class<?> prompt = named("safetensors.prompt.PromptContext");
        promptOf = prompt.getMethod("of", String.class);
        generate = named("model.functions.Generator")
                .getMethod("generate", UUID.class, prompt, float.class, int.class, BiConsumer.class);
        text = named("model.functions.Generator$Response").getField("responseText");
        Class<?> numbers = named("safetensors.DType");
        Object fp32 = numbers.getField("F32").get(null);
        model = (AutoCloseable) named("model.ModelSupport")
                .getMethod("loadModel", File.class, File.class, numbers, numbers, Optional.class, Optional.class)
                .invoke(null, folder.toFile(), null, fp32, fp32, Optional.empty(), threads());
    }

    private static Class<?> named(String name) throws ClassNotFoundException {
        return Class.forName(PACKAGE + name);
    }

    private static Optional<Integer> threads() {
        return Optional.of(Runtime.getRuntime().availableProcessors());
    }

    /**
     * Loads a model. A JVM can do this once, since Jlama lets its threads be set once.
     *
     * @throws IllegalStateException if something is {@linkplain #missing missing}
     */
    static JlamaGenerator open(LlamaShape shape) {
        return open(shape, RandomFolder.of(shape));
    }

    static JlamaGenerator open(LlamaShape shape, Path folder) {
        String missing = missing();
        if (missing != null) {
            throw new IllegalStateException("Jlama can't be run here, for want of " + missing);
        }
        try {
            return new JlamaGenerator(folder, new CharacterVocabulary(shape.vocabularySize()));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Jlama can't load " + folder, e);
        }
    }

    /**
     * What it lacks in this JVM.
     *
     * @return null if it can be run
     */
    static @Nullable String missing() {
        if (Runtime.version().feature() < FIRST_JAVA) {
            return "a JDK of " + FIRST_JAVA + " or later; this one is "
                    + Runtime.version().feature();
        }
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return "the JVM's argument " + JVM_ARGUMENTS.get(0);
        }
        try {
            named("model.ModelSupport");
            return null;
        } catch (ReflectiveOperationException | LinkageError e) {
            return "Jlama on the class path (" + e + ")";
        }
    }

    @Override
    public int[] generate(List<int[]> prompts, int newTokens) throws ReflectiveOperationException {
        return answers(prompts, newTokens).stream().mapToInt(String::length).toArray();
    }

    /** The texts that are generated, which have as many characters as tokens. */
    List<String> answers(List<int[]> prompts, int newTokens) throws ReflectiveOperationException {
        var answers = new ArrayList<String>();
        for (int[] prompt : prompts) {
            answers.add(answer(prompt, newTokens));
        }
        return answers;
    }

    private String answer(int[] prompt, int newTokens) throws ReflectiveOperationException {
        int[] rest = new int[prompt.length - 1];
        System.arraycopy(prompt, 1, rest, 0, rest.length);
        Object asked = promptOf.invoke(null, vocabulary.text(rest));
        // It counts the tokens of prompt and answer together, and takes one more.
        int lastPosition = prompt.length + newTokens - 1;
        BiConsumer<String, Float> eachToken = (piece, millis) -> {};
        Object answer = invoke(generate, model, UUID.randomUUID(), asked, 0f, lastPosition, eachToken);
        return (String) text.get(answer);
    }

    @SuppressWarnings("NullAway") // reflection gives what the method gives: never null here
    private static Object invoke(Method method, Object on, Object... arguments) throws ReflectiveOperationException {
        try {
            return method.invoke(on, arguments);
        } catch (InvocationTargetException e) {
            throw new ReflectiveOperationException(e.getCause());
        }
    }

    @Override
    public void close() {
        try {
            model.close();
        } catch (Exception e) {
            throw new IllegalStateException("Jlama can't close its model", e);
        }
    }
}

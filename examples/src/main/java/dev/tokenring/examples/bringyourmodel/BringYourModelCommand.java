package dev.tokenring.examples.bringyourmodel;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.RequestException;
import dev.tokenring.bus.Service;
import dev.tokenring.llm.EngineOptions;
import dev.tokenring.llm.Generation;
import dev.tokenring.llm.GenerationHandler;
import dev.tokenring.llm.GenerationOptions;
import dev.tokenring.llm.LanguageModel;
import dev.tokenring.llm.ModelLoadException;
import dev.tokenring.llm.ModelOptions;
import dev.tokenring.llm.Precision;
import dev.tokenring.llm.PromptTooLongException;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Loads a model and generates, scores a text, or serves many callers at the same time. */
@Command(
        name = "bring-your-model",
        mixinStandardHelpOptions = false,
        sortOptions = false,
        usageHelpAutoWidth = true,
        customSynopsis = "mvn -q -Pdemo -Dexample=bring-your-model -Dargs=\"[OPTION...]\"",
        description = {
            "Loads a language model from a folder in the style of Hugging Face, and does one of three things with it:"
                    + " goes on with a prompt (--prompt), says how well it knows a text (--perplexity), or lets many"
                    + " callers ask at the same time (--load).",
            ""
        })
public final class BringYourModelCommand implements Callable<Integer> {
    private static final Path HOME = Path.of(System.getProperty("tokenring.home", ""));
    private static final int MAX_CALLERS = 10_000;
    private static final int MAX_BATCH = 256;

    /** What each task makes use of, beside the model and how it is run. */
    private static final Map<String, Set<String>> TASKS = Map.of(
            "--prompt", Set.of("--ids", "--max-tokens", "--temperature", "--seed"),
            "--load", Set.of("--max-tokens", "--temperature", "--seed"),
            "--perplexity", Set.of());

    private static final List<String> IGNORED_BY_SOME = List.of("--ids", "--max-tokens", "--temperature", "--seed");

    /** A power of two above the callers, so that the service refuses none of them. */
    private static final Service<String, Generation> GENERATE = Service.of("generate", String.class, Generation.class)
            .withMerge(Generation::append)
            .withCapacity(1 << 14)
            .withTimeout(Duration.ofDays(1));

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "a model's folder: config.json, model.safetensors, tokenizer.json"
                    + " (default: the model in this repository)")
    private Path model = HOME.resolve("examples/models/house-dialogue");

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "print what the model says after this text, in which special tokens, such as <|user|>, are"
                    + " meant as such")
    private @Nullable String prompt;

    @Option(
            names = "--ids",
            description = "after the text, print a line \"ids: 1,2,3\" of the generated tokens, an end token included")
    private boolean ids;

    @Option(
            names = "--perplexity",
            paramLabel = "FILE",
            description = {
                "print how well the model knows a text in UTF-8, in nats per token and bits per byte. A blank line"
                        + " starts a new document; the lines of a document are joined by one line feed.",
                "Every token of a document is scored once, but for the first, before which nothing stands; that is the"
                        + " BOS token where the model's tokenizer begins a text with one, else the first of the text."
                        + " No other token is added, and none at the end.",
                "A document longer than the context is scored in windows of the context's length that overlap by half"
                        + " of it (rounded down): the first window scores all its tokens but the first, each further one"
                        + " those behind the end of the window before; so these have half of the context before them at"
                        + " least. The last window may be shorter.",
                "The bytes are those of the scored tokens: all of the document in UTF-8, but for a first token that is"
                        + " text."
            })
    private @Nullable Path perplexity;

    @Option(
            names = "--load",
            paramLabel = "N",
            description = "let N callers ask at the same time, each one prompt after the other, until all lines of"
                    + " standard input are answered (each line a prompt; blank ones are left out); print time to first"
                    + " token, time per token and tokens/s. Up to "
                    + MAX_BATCH
                    + " of them are computed together. The first prompt is asked once before, to warm up")
    private @Nullable Integer load;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description = "the longest answer, in tokens (default: the model's own, or 64)")
    private @Nullable Integer maxTokens;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "0 for the likeliest tokens; more for more variety (default: ${DEFAULT-VALUE})")
    private double temperature = 0;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "what chance follows above temperature 0 (default: ${DEFAULT-VALUE})")
    private long seed = 1;

    @Option(
            names = "--precision",
            paramLabel = "NAME",
            description = "with which numbers to compute: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private Precision precision = Precision.AUTO;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description = "auto, cpu, gpu or gpu:N (default: ${DEFAULT-VALUE})")
    private String device = "auto";

    @Option(names = "--threads", paramLabel = "N", description = "threads for a step of the model (default: all cores)")
    private int threads;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this text")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private final PrintStream out =
            new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);

    @Override
    public Integer call() {
        try {
            requireOneTask();
            ModelOptions running = running();
            checkGeneration();
            List<String> prompts = prompts();
            if (perplexity != null) {
                requireText(perplexity);
            }
            // From here on it takes time.
            try (LanguageModel languageModel = LanguageModel.load(model, running, sharing())) {
                return perplexity != null ? score(languageModel, perplexity) : generate(languageModel, prompts);
            }
        } catch (ModelLoadException | PromptTooLongException | IllegalArgumentException refused) {
            return complain(refused.getMessage());
        } catch (CharacterCodingException malformed) {
            return complain((perplexity == null ? "standard input" : perplexity)
                    + " is not in UTF-8: convert it, for example with iconv");
        } catch (IOException e) {
            return complain((perplexity == null ? "standard input" : perplexity) + " can't be read (" + e + ")");
        }
    }

    private void requireOneTask() {
        List<String> tasks = TASKS.keySet().stream().filter(this::isGiven).toList();
        if (tasks.size() != 1) {
            throw new IllegalArgumentException(
                    tasks.size() + " of --prompt, --perplexity and --load are given: give one of them;"
                            + " --help says what they do");
        }
        String task = tasks.get(0);
        String idle = IGNORED_BY_SOME.stream()
                .filter(option ->
                        isGiven(option) && !TASKS.getOrDefault(task, Set.of()).contains(option))
                .collect(Collectors.joining(" and "));
        if (!idle.isEmpty()) {
            throw new IllegalArgumentException(task + " does nothing with " + idle + ": leave that out");
        }
    }

    private boolean isGiven(String option) {
        return spec.commandLine().getParseResult().hasMatchedOption(option);
    }

    private ModelOptions running() {
        ModelOptions options = named("--device", () -> ModelOptions.DEFAULT.withDevice(device));
        return named("--threads", () -> options.withThreads(threads)).withPrecision(precision);
    }

    private void checkGeneration() {
        if (prompt != null && prompt.isEmpty()) {
            throw new IllegalArgumentException("--prompt is empty: give a text to go on with");
        }
        if (load != null && (load < 1 || load > MAX_CALLERS)) {
            throw new IllegalArgumentException("--load is " + load + ": it must be from 1 to " + MAX_CALLERS);
        }
        if (maxTokens != null) {
            int most = maxTokens;
            named("--max-tokens", () -> GenerationOptions.GREEDY.withMaxTokens(most));
        }
        named("--temperature", () -> GenerationOptions.GREEDY.withTemperature(temperature));
    }

    /** What the library says about a value, about the option that it came from. */
    private static <T> T named(String option, Supplier<T> checked) {
        try {
            return checked.get();
        } catch (IllegalArgumentException refused) {
            String message = String.valueOf(refused.getMessage());
            throw new IllegalArgumentException(
                    option + message.substring(Math.max(0, message.indexOf(" is "))), refused);
        }
    }

    private static void requireText(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("--perplexity is " + file + ", which is "
                    + (Files.isDirectory(file) ? "a folder" : "not there, or no ordinary file")
                    + ": give a file with a text in UTF-8");
        }
        boolean blank = true;
        try (BufferedReader text = Files.newBufferedReader(file)) {
            for (String line = text.readLine(); line != null; line = text.readLine()) {
                blank &= line.isBlank();
            }
        }
        if (blank) {
            throw new IllegalArgumentException(nothingToScore(file));
        }
    }

    private static String nothingToScore(Path file) {
        return "--perplexity is " + file
                + ", which has nothing to score: give a text with a document of two tokens or more";
    }

    /** As many sequences in a step as there are callers, up to a limit, and room for all callers to wait. */
    private EngineOptions sharing() {
        int callers = load == null ? 1 : load;
        int batch = Math.max(EngineOptions.DEFAULT.maxBatchSize(), Math.min(callers, MAX_BATCH));
        return EngineOptions.DEFAULT
                .withStepTokens(Math.max(EngineOptions.DEFAULT.stepTokens(), 2 * batch))
                .withMaxBatchSize(batch)
                .withQueueLimit(Math.max(EngineOptions.DEFAULT.queueLimit(), callers));
    }

    private int complain(@Nullable String message) {
        out.flush();
        System.err.println(message);
        return ExitCode.USAGE;
    }

    private int score(LanguageModel languageModel, Path file) throws IOException {
        var scored = new Perplexity(
                languageModel.contextLength(),
                languageModel::tokenize,
                id -> languageModel.detokenize(List.of(id)),
                languageModel::score);
        try (BufferedReader text = Files.newBufferedReader(file)) {
            scored.addAll(text);
        }
        if (scored.tokens() == 0) {
            return complain(nothingToScore(file));
        }
        out.print(scored.table());
        return ExitCode.OK;
    }

    private int generate(LanguageModel languageModel, List<String> prompts) {
        GenerationOptions options = languageModel
                .defaults()
                .withMaxTokens(
                        maxTokens != null ? maxTokens : languageModel.defaults().maxTokens())
                .withTemperature(temperature)
                .withSeed(seed);
        try (Bus bus = Bus.open()) {
            bus.serveAsync(
                    GENERATE,
                    GenerationHandler.of(languageModel, languageModel::tokenize, options, (piece, headers) -> piece));
            return load != null ? load(bus, load, prompts) : answer(bus, String.valueOf(prompt));
        }
    }

    private int answer(Bus bus, String text) {
        var generated = Stream.<Generation>builder();
        try {
            bus.stream(GENERATE, text, GENERATE.timeout(), piece -> {
                        out.print(piece.text());
                        out.flush();
                        generated.add(piece);
                    })
                    .join();
        } catch (CompletionException e) {
            return complain(reason(e.getCause()));
        }
        out.println();
        if (ids) {
            out.println(generated
                    .build()
                    .flatMap(piece -> piece.tokenIds().stream())
                    .map(String::valueOf)
                    .collect(Collectors.joining(",", "ids: ", "")));
        }
        return ExitCode.OK;
    }

    private int load(Bus bus, int callers, List<String> prompts) {
        new Load(bus, GENERATE, prompts.subList(0, 1)).run(1);
        var measured = new Load(bus, GENERATE, prompts);
        out.print(measured.run(callers));
        if (measured.failed() == 0) {
            return ExitCode.OK;
        }
        complain(measured.failed() + " of " + prompts.size() + " requests failed, the first since "
                + reason(measured.firstFailure()));
        return ExitCode.SOFTWARE;
    }

    /** The lines of standard input, for callers; none for the other tasks. */
    private List<String> prompts() throws IOException {
        if (load == null) {
            return List.of();
        }
        try (var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8.newDecoder()))) {
            List<String> prompts = lines.lines().filter(line -> !line.isBlank()).toList();
            if (prompts.isEmpty()) {
                throw new IllegalArgumentException("--load finds no prompt in standard input: give one in each line");
            }
            return prompts;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** What is behind a failed request, in one line. */
    private static String reason(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof RequestException && failure.getCause() != null ? failure.getCause() : failure;
        return String.valueOf(cause == null || cause.getMessage() == null ? cause : cause.getMessage())
                .lines()
                .findFirst()
                .orElse("");
    }
}

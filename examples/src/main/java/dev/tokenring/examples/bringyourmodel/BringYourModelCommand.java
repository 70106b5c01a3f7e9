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
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

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

    @Option(names = "--help", usageHelp = true, description = "show this text")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    private final PrintStream out =
            new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);

    @Override
    public Integer call() {
        try {
            check();
            try (LanguageModel languageModel = LanguageModel.load(
                    model,
                    ModelOptions.DEFAULT.withDevice(device).withThreads(threads).withPrecision(precision),
                    sharing())) {
                return perplexity != null ? score(languageModel, perplexity) : generate(languageModel);
            }
        } catch (ModelLoadException | PromptTooLongException | IllegalArgumentException refused) {
            return complain(refused.getMessage());
        } catch (NoSuchFileException missing) {
            return complain("there is no file " + missing.getFile() + ": give one that can be read");
        } catch (CharacterCodingException malformed) {
            return complain((perplexity == null ? "standard input" : perplexity)
                    + " is not in UTF-8: convert it, for example with iconv");
        } catch (IOException e) {
            return complain((perplexity == null ? "standard input" : perplexity) + " can't be read (" + e + ")");
        }
    }

    private void check() throws IOException {
        long jobs =
                Stream.of(prompt, perplexity, load).filter(job -> job != null).count();
        if (jobs != 1) {
            throw new IllegalArgumentException(
                    jobs + " of --prompt, --perplexity and --load are given: give one of them;"
                            + " --help says what they do");
        }
        if (load != null && (load < 1 || load > MAX_CALLERS)) {
            throw new IllegalArgumentException("--load is " + load + ": it must be from 1 to " + MAX_CALLERS);
        }
        if (perplexity != null && !Files.isRegularFile(perplexity)) {
            throw new NoSuchFileException(perplexity.toString());
        }
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
            return complain(file + " has nothing to score: give a text with a document of two tokens or more");
        }
        out.print(scored.table());
        return ExitCode.OK;
    }

    private int generate(LanguageModel languageModel) throws IOException {
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
            return load != null ? load(bus, load) : answer(bus, String.valueOf(prompt));
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

    private int load(Bus bus, int callers) throws IOException {
        List<String> prompts = prompts();
        if (prompts.isEmpty()) {
            return complain("standard input has no prompt: give one in each line");
        }
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

    private static List<String> prompts() throws IOException {
        try (var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8.newDecoder()))) {
            return lines.lines().filter(line -> !line.isBlank()).toList();
        } catch (java.io.UncheckedIOException e) {
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

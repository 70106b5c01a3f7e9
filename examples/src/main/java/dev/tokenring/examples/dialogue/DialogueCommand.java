package dev.tokenring.examples.dialogue;

import dev.tokenring.codec.JsonCodec;
import dev.tokenring.llm.GenerationOptions;
import dev.tokenring.llm.LanguageModel;
import dev.tokenring.llm.ModelLoadException;
import dev.tokenring.llm.ModelOptions;
import dev.tokenring.persistence.Journal;
import dev.tokenring.persistence.JournalException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** The command line of the dialogue. */
@Command(
        name = "dialogue",
        mixinStandardHelpOptions = false,
        sortOptions = false,
        usageHelpAutoWidth = true,
        customSynopsis = "mvn -q -Pdemo -Dargs=\"[OPTION...]\"",
        description = {
            "Holds a dialogue with a language model. Lines are read from the terminal, or from standard input;"
                    + " without any, three built-in questions are asked. A line may also be a whole message in JSON."
                    + " Ctrl-D ends the dialogue, and so does Ctrl-C, after the answer that is being given.",
            ""
        })
public final class DialogueCommand implements Callable<Integer> {
    private static final Path HOME = Path.of(System.getProperty("tokenring.home", ""));

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "a model's folder in the style of Hugging Face (default: the model in this repository)")
    private Path model = HOME.resolve("examples/models/house-dialogue");

    @Option(
            names = "--journal",
            paramLabel = "DIR",
            description = "where the dialogue is kept, and gone on with the next time (default: journal/dialogue)")
    private Path journal = HOME.resolve("journal/dialogue");

    @Option(names = "--sender", paramLabel = "NAME", description = "who asks (default: ${DEFAULT-VALUE})")
    private String sender = "user1";

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description = "the longest answer, in tokens (default: the model's own, or 64)")
    private @Nullable Integer maxTokens;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "0 for the likeliest answer; more for more variety (default: ${DEFAULT-VALUE})")
    private double temperature = 0;

    @Option(names = "--top-k", paramLabel = "K", description = "sample from the K likeliest tokens; 0 for all")
    private @Nullable Integer topK;

    @Option(names = "--top-p", paramLabel = "P", description = "sample from the likeliest tokens up to probability P")
    private @Nullable Double topP;

    @Option(names = "--stop", paramLabel = "TEXT", description = "end an answer before this text; may be repeated")
    private List<String> stop = List.of();

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "what chance follows above temperature 0: the same seed and history give the same answers"
                    + " (default: ${DEFAULT-VALUE})")
    private long seed = 1;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description = "auto, cpu, gpu or gpu:N (default: ${DEFAULT-VALUE})")
    private String device = "auto";

    @Option(names = "--threads", paramLabel = "N", description = "threads for a step of the model (default: all cores)")
    private int threads;

    @Option(names = "--json", description = "show the messages as JSON too")
    private boolean json;

    @Option(names = "--help", usageHelp = true, description = "show this text")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    @Override
    public Integer call() {
        var terminal = new Terminal();
        try (LanguageModel languageModel = LanguageModel.load(
                        model, ModelOptions.DEFAULT.withDevice(device).withThreads(threads));
                var store = new JournalChatStore(
                        Journal.open(journal, JsonCodec.of(DialogueEntry.class)), Clock.systemUTC())) {
            GenerationOptions options = options(languageModel.defaults());
            var dialogue = new Dialogue(languageModel, options, store, terminal, sender, json, Clock.systemUTC());
            dialogue.run();
            return ExitCode.OK;
        } catch (ModelLoadException | JournalException | IllegalArgumentException refused) {
            terminal.complain(refused.getMessage());
            return ExitCode.USAGE;
        }
    }

    private GenerationOptions options(GenerationOptions defaults) {
        return defaults.withMaxTokens(maxTokens != null ? maxTokens : defaults.maxTokens())
                .withTemperature(temperature)
                .withTopK(topK != null ? topK : defaults.topK())
                .withTopP(topP != null ? topP : defaults.topP())
                .withSeed(seed)
                .withStopStrings(stop);
    }
}

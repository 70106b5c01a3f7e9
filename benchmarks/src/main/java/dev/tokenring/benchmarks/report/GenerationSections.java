package dev.tokenring.benchmarks.report;

import static dev.tokenring.benchmarks.measure.Metric.TOKENS;

import dev.tokenring.benchmarks.Generate;
import dev.tokenring.benchmarks.ReadWeights;
import dev.tokenring.benchmarks.generation.GenerationModel;
import dev.tokenring.benchmarks.generation.GenerationPeer;
import dev.tokenring.benchmarks.generation.GenerationPrecision;
import dev.tokenring.benchmarks.measure.Setting;
import dev.tokenring.benchmarks.report.Chart.Series;
import dev.tokenring.benchmarks.report.Section.Column;
import dev.tokenring.benchmarks.report.Section.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the page shows of language models. As in {@link Sections}, no text has a number in it. */
final class GenerationSections {
    static final List<Integer> CALLERS = List.of(1, 4, 16);

    private static final int ALONE = 1;
    private static final int SOME = 4;
    private static final int MANY = 16;
    private static final int ROUNDS = 2;
    private static final int ROUNDS_WITH_MANY_PEERS = 1;
    private static final Series BARE_LOOP = new Series("the bare decode loop, FP32", Ink.DISRUPTOR);
    private static final Series ONE_AT_A_TIME = new Series("one request at a time, FP32", Ink.OTHERS);

    static final List<Other> OTHERS = List.of(
            new Other(GenerationPeer.LLAMA_CPP, GenerationPrecision.FP32, new Series("llama.cpp, F32", Ink.DISRUPTOR)),
            new Other(
                    GenerationPeer.LLAMA_CPP,
                    GenerationPrecision.BF16,
                    new Series("llama.cpp, F16", Ink.OTHERS_AS_WELL)),
            new Other(
                    GenerationPeer.LLAMA_CPP, GenerationPrecision.INT8, new Series("llama.cpp, Q8_0", Ink.OTHERS_TOO)),
            new Other(GenerationPeer.JLAMA, GenerationPrecision.FP32, new Series("Jlama, F32", Ink.OTHERS)));

    private GenerationSections() {}

    static List<Section> all() {
        return List.of(house(), large(), limit(), others());
    }

    /** The peers that can't be run here, and what each needs. */
    static Map<String, String> missing() {
        Map<String, String> missing = new TreeMap<>();
        for (GenerationPeer peer : GenerationPeer.values()) {
            String needs = peer.missing();
            if (needs != null) {
                missing.put(peer.name(), needs);
            }
        }
        return missing;
    }

    /** How many JVMs a setting takes: models take long to load, and large ones to answer. */
    static int roundsOf(Setting setting, int usual) {
        String model = setting.params().get("model");
        if (model == null) {
            return usual;
        }
        return Math.min(
                usual,
                switch (GenerationModel.valueOf(model)) {
                    case HOUSE, GPT2_124M -> ROUNDS;
                    case LLAMA_134M -> ROUNDS_WITH_MANY_PEERS;
                });
    }

    /** The precisions of which the page shows how they do with a model. */
    static List<GenerationPrecision> precisionsOf(GenerationModel model) {
        return model == GenerationModel.HOUSE
                ? List.of(GenerationPrecision.FP32, GenerationPrecision.INT8)
                : List.of(GenerationPrecision.FP32, GenerationPrecision.BF16, GenerationPrecision.INT8);
    }

    private static Section house() {
        return byCallers("generation-house", "Generation, a small model", GenerationModel.HOUSE, """
                The examples' small dialogue model, which a processor's cache may hold.""", """
                A model as small as this one answers many people at once on an ordinary machine.""");
    }

    private static Section large() {
        return byCallers(
                "generation-124m",
                "Generation, a model of the size of the smallest GPT-2",
                GenerationModel.GPT2_124M,
                """
                A model with the shape of the smallest GPT-2, and random weights, since speed does not depend on those.""",
                """
                Its weights have to come from memory for each step, and a step for many callers needs them only once. Which \
                precision is good enough for a model of yours, its perplexity tells.""");
    }

    private static Section byCallers(
            String name, String title, GenerationModel model, String whichModel, String whatItMeans) {
        Setting many = ours(model, GenerationPrecision.FP32, MANY);
        Setting alone = ours(model, GenerationPrecision.FP32, ALONE);
        List<Column> columns = new ArrayList<>();
        for (GenerationPrecision precision : precisionsOf(model)) {
            CALLERS.forEach(callers ->
                    columns.add(new Column(callers.toString(), seriesOf(precision), ours(model, precision, callers))));
        }
        List<Duel> duels = new ArrayList<>();
        duels.add(new Duel(many, alone, "one request at a time", Duel.UNKNOWN));
        for (int callers : List.of(ALONE, MANY)) {
            Setting loop = generate(GenerationPeer.BARE_LOOP, model, GenerationPrecision.FP32, callers);
            columns.add(new Column(Integer.toString(callers), BARE_LOOP, loop));
            duels.add(new Duel(
                    ours(model, GenerationPrecision.FP32, callers),
                    loop,
                    "the bare decode loop, callers: " + callers,
                    """
                    it has nobody to let in between two steps, makes no text of its tokens, and has no stream to send them on"""));
        }
        CALLERS.forEach(callers -> columns.add(new Column(callers.toString(), ONE_AT_A_TIME, alone)));
        return new Section(
                name,
                title,
                Generate.class,
                Form.LINES,
                "callers",
                TOKENS.unit(),
                columns,
                duels,
                whichModel + """
                         So many callers ask at the same time through a service on the bus, again and again, and the tokens of \
                        all of them together are counted. The line of one request at a time is what they would get together if \
                        each waited for its turn; the bare decode loop runs the same forward passes and does nothing else. \
                        A figure that a promise is about was measured for that, with more JVMs.""",
                whatItMeans);
    }

    private static Section limit() {
        List<GenerationPrecision> precisions = precisionsOf(GenerationModel.GPT2_124M);
        List<Column> columns = new ArrayList<>();
        List<Duel> duels = new ArrayList<>();
        for (GenerationPrecision precision : precisions) {
            Setting ours = ours(GenerationModel.GPT2_124M, precision, ALONE);
            Setting reading = reading(precision);
            columns.add(new Column(precision.name(), new Series("Tokenring", Ink.OURS), ours));
            columns.add(
                    new Column(precision.name(), new Series("the limit: reading the weights", Ink.OTHERS), reading));
            duels.add(new Duel(ours, reading, "reading the weights alone, " + precision, missedLimit(precision)));
        }
        return new Section(
                "generation-limit",
                "One caller, and the limit",
                ReadWeights.class,
                Form.BARS,
                "precision",
                TOKENS.unit(),
                columns,
                duels,
                """
                One caller, the model with the shape of the smallest GPT-2; and beside it how often a second all processors \
                together can read as many bytes as its weights have, and do nothing else.""",
                """
                A single caller's next token needs all the weights once more, so the memory's bandwidth is the limit, and fewer \
                bits are faster. More callers share what is read.""");
    }

    private static String missedLimit(GenerationPrecision precision) {
        return precision == GenerationPrecision.BF16 ? """
                for the same reasons, and because oneDNN's products with AMX wait for the memory where few rows come. Without it \
                (`ONEDNN_MAX_CPU_ISA=AVX512_CORE_BF16`) one caller is faster, and 16 are slower""" : """
                nobody can be better at this; what is missing is arithmetic that is not done while the memory is read, \
                attention, which reads more than weights, and all that happens between two steps""";
    }

    private static Section others() {
        List<Column> columns = new ArrayList<>();
        List<Duel> duels = new ArrayList<>();
        for (int callers : CALLERS) {
            String place = callers == 1 ? "one caller" : callers + " callers";
            for (GenerationPrecision precision : precisionsOf(GenerationModel.LLAMA_134M)) {
                columns.add(
                        new Column(place, seriesOf(precision), ours(GenerationModel.LLAMA_134M, precision, callers)));
            }
            for (Other other : OTHERS) {
                columns.add(new Column(place, other.series(), other.setting(callers)));
            }
        }
        // The most callers first: that is what the engine is for.
        List.of(MANY, SOME, ALONE)
                .forEach(callers -> OTHERS.forEach(other -> duels.add(new Duel(
                        ours(GenerationModel.LLAMA_134M, other.precision(), callers),
                        other.setting(callers),
                        other.series().name() + ", callers: " + callers,
                        Duel.UNKNOWN))));
        return new Section(
                "generation-others",
                "Generation, beside other programs",
                Generate.class,
                Form.BARS,
                "callers",
                TOKENS.unit(),
                columns,
                duels,
                """
                A Llama of the same width and depth as the smallest GPT-2, with random weights; all programs have the same ones, \
                each with the numbers that it knows. They run inside the JVM, with as many threads as there are processors, and \
                each in its own best configuration, which its class explains.""",
                """
                Programs that were made for one user are good at one; what they gain by company is what the bus's engine is \
                measured by.""");
    }

    /** Another program with one of its precisions, beside ours of as many bits. */
    record Other(GenerationPeer peer, GenerationPrecision precision, Series series) {
        Setting setting(int callers) {
            return generate(peer, GenerationModel.LLAMA_134M, precision, callers);
        }
    }

    static Setting ours(GenerationModel model, GenerationPrecision precision, int callers) {
        return generate(GenerationPeer.TOKENRING, model, precision, callers);
    }

    static Setting reading(GenerationPrecision precision) {
        return Setting.of(ReadWeights.class, TOKENS, "model", GenerationModel.GPT2_124M, "precision", precision);
    }

    private static Setting generate(
            GenerationPeer peer, GenerationModel model, GenerationPrecision precision, int callers) {
        return Setting.of(
                Generate.class, TOKENS, "peer", peer, "model", model, "precision", precision, "callers", callers);
    }

    private static Series seriesOf(GenerationPrecision precision) {
        return new Series(
                "Tokenring, " + precision,
                switch (precision) {
                    case FP32 -> Ink.OURS;
                    case BF16 -> Ink.OURS_AS_WELL;
                    default -> Ink.OURS_TOO;
                });
    }
}

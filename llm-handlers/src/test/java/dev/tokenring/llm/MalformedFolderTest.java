package dev.tokenring.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.gson.JsonNull;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A folder that is wrong gets one sentence that names the file, the fault and the remedy. */
class MalformedFolderTest {
    @TempDir
    Path folder;

    /** What a user sees, and what they did. */
    record Fault(String what, Spoiler spoiler, List<String> said) {
        @Override
        public String toString() {
            return what;
        }
    }

    interface Spoiler {
        void spoil(Path folder) throws IOException;
    }

    private static Fault fault(String what, Spoiler spoiler, String... said) {
        return new Fault(what, spoiler, List.of(said));
    }

    private static Fault config(String what, String key, Object value, String... said) {
        return fault(what, folder -> new TinyModel(1).set(key, value).write(folder), said);
    }

    /** The weights of one model with the configuration of another. */
    private static Fault mixed(String what, String key, Object value, String... said) {
        return fault(what, folder -> configure(folder, Map.of(key, value)), said);
    }

    private static void configure(Path folder, Map<String, ?> changes) throws IOException {
        var config = JsonParser.parseString(Files.readString(folder.resolve("config.json")))
                .getAsJsonObject();
        changes.forEach((key, value) -> config.add(key, new com.google.gson.Gson().toJsonTree(value)));
        Files.writeString(folder.resolve("config.json"), config.toString());
    }

    private static Fault header(String what, UnaryOperator<String> change, String... said) {
        return fault(what, folder -> changeHeader(folder.resolve("model.safetensors"), change), said);
    }

    static Stream<Fault> faults() {
        return Stream.of(
                fault("no folder", MalformedFolderTest::deleteAll, "does not exist", "give a folder with config.json"),
                fault(
                        "a file in its place",
                        folder -> {
                            deleteAll(folder);
                            Files.writeString(folder, "x");
                        },
                        "is a file",
                        "give a folder"),
                fault("no config.json", delete("config.json"), "has no config.json", "take the whole folder"),
                fault("no weights", delete("model.safetensors"), "has no model.safetensors", "take the whole folder"),
                fault(
                        "weights pickled",
                        folder -> Files.move(folder.resolve("model.safetensors"), folder.resolve("pytorch_model.bin")),
                        "has no model.safetensors",
                        "pytorch_model.bin",
                        "safe_serialization=True"),
                fault(
                        "weights pickled in several files",
                        folder -> Files.move(
                                folder.resolve("model.safetensors"), folder.resolve("pytorch_model.bin.index.json")),
                        "has no model.safetensors",
                        "pytorch_model.bin",
                        "safe_serialization=True"),
                fault("no tokenizer.json", delete("tokenizer.json"), "has no tokenizer.json", "save_pretrained"),
                fault("config.json is no JSON", write("config.json", "{\"a\": "), "config.json is not a JSON object"),
                fault("config.json is a list", write("config.json", "[1]"), "config.json is not a JSON object"),
                fault(
                        "config.json is no text",
                        folder -> Files.write(folder.resolve("config.json"), new byte[] {(byte) 0xff, (byte) 0xfe, 0}),
                        "config.json can't be read"),
                config("no model_type", "model_type", null, "config.json has no model_type"),
                config(
                        "another family",
                        "model_type",
                        "bert",
                        "model_type is \"bert\"",
                        "not supported",
                        "type gpt2 or llama"),
                config("model_type is a number", "model_type", 7, "model_type is 7", "not of the expected type"),
                mixed("no width", "n_embd", JsonNull.INSTANCE, "config.json has no n_embd"),
                mixed("width is a text", "n_embd", "wide", "n_embd is \"wide\"", "not of the expected type"),
                mixed("width is a fraction", "n_embd", 12.5, "n_embd is 12.5", "not of the expected type"),
                mixed("width is zero", "n_embd", 0, "n_embd is 0", "from 1 to"),
                mixed("width beyond an int", "n_embd", 1L << 40, "n_embd is 1099511627776"),
                mixed("very many layers", "n_layer", 2_000_000_000, "n_layer is 2000000000", "from 1 to 10000"),
                mixed("wider than anything", "n_embd", 99_999_999, "[257, 12]", "[257, 99999999]"),
                mixed("heads do not divide the width", "n_head", 5, "n_embd is 12", "n_head is 5", "multiple"),
                mixed("an unknown activation", "activation_function", "snake", "\"snake\"", "gelu_new", "silu"),
                mixed("an encoder", "add_cross_attention", true, "add_cross_attention is true", "without an encoder"),
                mixed("a flag is a text", "tie_word_embeddings", "yes", "tie_word_embeddings is \"yes\""),
                mixed("epsilon below zero", "layer_norm_epsilon", -1, "layer_norm_epsilon is -1", "0 or more"),
                mixed("an end token is a text", "eos_token_id", "end", "eos_token_id is \"end\""),
                mixed("a head of its own", "tie_word_embeddings", false, "has no tensor lm_head.weight", "one model"),
                mixed(
                        "more layers than weights",
                        "n_layer",
                        4,
                        "model.safetensors has no tensor transformer.h.3.ln_1.weight or h.3.ln_1.weight",
                        "take the config.json and the weights of one model"),
                mixed(
                        "another context",
                        "n_positions",
                        48,
                        "tensor transformer.wpe.weight has the shape [24, 12]",
                        "config.json asks for [48, 12]"),
                fault(
                        "a tokenizer of a larger vocabulary",
                        folder -> new TinyModel(1).set("vocab_size", 200).write(folder),
                        "tokenizer.json has 257 tokens",
                        "vocab_size in config.json is 200",
                        "of one model"),
                fault(
                        "the tokenizer is no JSON",
                        write("tokenizer.json", "not json"),
                        "tokenizer.json is not a tokenizer that can be read",
                        "copy it again"),
                fault(
                        "the tokenizer is none",
                        write("tokenizer.json", "{\"model\": {\"type\": \"Sorcery\", \"vocab\": {}}}"),
                        "tokenizer.json is not a tokenizer that can be read"),
                fault(
                        "the tokenizer is empty",
                        write("tokenizer.json", "{}"),
                        "tokenizer.json is not a tokenizer that can be read"),
                fault(
                        "generation_config.json out of range",
                        write("generation_config.json", "{\"do_sample\": true, \"top_p\": 0}"),
                        "generation_config.json",
                        "topP is 0.0",
                        "at most 1"),
                fault(
                        "chat_template is a number",
                        write("tokenizer_config.json", "{\"chat_template\": 5}"),
                        "tokenizer_config.json: chat_template is 5"),
                fault(
                        "chat_template is a list of numbers",
                        write("tokenizer_config.json", "{\"chat_template\": [5]}"),
                        "chat_template is neither a text nor a list"),
                fault("weights: nothing", write("model.safetensors", ""), "0 bytes", "copy it again"),
                fault(
                        "weights: a pointer of Git LFS",
                        write("model.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
                        "pointer",
                        "git lfs pull"),
                fault(
                        "weights: something else",
                        write("model.safetensors", "<html>404 not found</html>"),
                        "its header claims"),
                fault(
                        "weights: cut in the header",
                        folder -> cut(folder.resolve("model.safetensors"), 0.01),
                        "its header claims",
                        "copy it again"),
                fault(
                        "weights: cut in the tensors",
                        folder -> cut(folder.resolve("model.safetensors"), 0.9),
                        "is not a complete safetensors file: tensor ",
                        "lies at bytes",
                        "copy it again"),
                header("weights: header is no JSON", text -> text.replace('{', '('), "its header is not a JSON object"),
                header("weights: no shape", text -> text.replaceFirst("\"shape\"", "\"shade\""), "is malformed"),
                header(
                        "weights: negative size",
                        text -> text.replaceFirst("\"shape\":\\[257", "\"shape\":[-257"),
                        "is malformed"),
                header(
                        "weights: sizes that overflow",
                        text -> text.replaceFirst("\"shape\":\\[257", "\"shape\":[9223372036854775807"),
                        "is malformed"),
                header(
                        "weights: a number with an enormous exponent",
                        text -> text.replaceFirst("\"shape\":\\[257", "\"shape\":[1e999999999"),
                        "is malformed"),
                header(
                        "weights: begin after end",
                        text -> text.replaceFirst("\"data_offsets\":\\[0", "\"data_offsets\":[99999999"),
                        "lies at bytes 99999999 to"),
                header(
                        "weights: fewer bytes than the shape takes",
                        text -> text.replaceFirst("\"shape\":\\[257,12", "\"shape\":[257,13"),
                        "takes 12336 bytes"),
                fault(
                        "weights: a type without support",
                        folder -> new TinyModel(1).format("F64").write(folder),
                        "is of type F64, which is not supported",
                        "F32, F16 or BF16"));
    }

    /** What a family of Llama's line does not take. */
    private static Fault llama(String what, String family, UnaryOperator<TinyLlama> change, String... said) {
        return fault(
                what,
                folder -> change.apply(new TinyLlama(family, 1)).write(folder),
                Stream.concat(Stream.of("config.json"), Stream.of(said)).toArray(String[]::new));
    }

    private static Fault mixedLlama(String what, Map<String, ?> changes, String... said) {
        return fault(
                what,
                folder -> {
                    new TinyLlama("llama", 1).write(folder);
                    configure(folder, changes);
                },
                Stream.concat(Stream.of("config.json"), Stream.of(said)).toArray(String[]::new));
    }

    private static Fault scaled(String what, Map<String, Object> scaling, String... said) {
        return llama(what, "llama", model -> model.set("rope_scaling", scaling), said);
    }

    static Stream<Fault> faultsOfLlamas() {
        return Stream.of(
                llama(
                        "quantized",
                        "llama",
                        model -> model.set("quantization_config", Map.of("quant_method", "gptq")),
                        "quantization_config is {\"quant_method\":\"gptq\"}",
                        "unquantized"),
                llama("experts", "mistral", model -> model.set("num_local_experts", 8), "num_local_experts is 8"),
                llama("a mixture by type", "mixtral", model -> model, "model_type is \"mixtral\"", "qwen3 or smollm3"),
                llama("activation", "llama", model -> model.set("hidden_act", "xielu"), "hidden_act is \"xielu\""),
                llama(
                        "heads in halves",
                        "llama",
                        model -> model.set("num_key_value_heads", 3),
                        "num_attention_heads is 4 and num_key_value_heads is 3",
                        "multiple"),
                llama(
                        "a width that heads can't share",
                        "llama",
                        model -> model.without("head_dim").set("hidden_size", 25),
                        "hidden_size is 25",
                        "multiple"),
                mixedLlama(
                        "heads of very many numbers",
                        Map.of("head_dim", 100_000_000),
                        "head_dim is 100000000",
                        "from 1 to 65536"),
                mixedLlama(
                        "a width that makes such heads",
                        Map.of(
                                "head_dim",
                                JsonNull.INSTANCE,
                                "hidden_size",
                                100_000_000,
                                "num_attention_heads",
                                2,
                                "num_key_value_heads",
                                2),
                        "hidden_size is 100000000 and num_attention_heads is 2",
                        "at most 65536 numbers"),
                mixedLlama(
                        "heads that are too many for an int together",
                        Map.of("head_dim", 64, "num_attention_heads", 67_108_865, "num_key_value_heads", 1),
                        "num_attention_heads is 67108865",
                        "64 numbers",
                        "at most 100000000"),
                llama("odd heads", "llama", model -> model.set("head_dim", 5), "a head has 5 numbers", "in pairs"),
                llama(
                        "half a rotation",
                        "llama",
                        model -> model.set("partial_rotary_factor", 0.5),
                        "partial_rotary_factor is 0.5",
                        "whole heads"),
                llama(
                        "half a rotation as transformers 5 writes it",
                        "llama",
                        model -> model.set("rope_parameters", Map.of("partial_rotary_factor", 0.5)),
                        "rope_parameters.partial_rotary_factor is 0.5"),
                llama("no width", "qwen2", model -> model.without("intermediate_size"), "has no intermediate_size"),
                llama("base", "llama", model -> model.set("rope_theta", 1), "rope_theta is 1.0", "more than 1"),
                llama(
                        "layers of a third kind",
                        "qwen3",
                        model -> model.set("use_sliding_window", true).set("layer_types", List.of("linear_attention")),
                        "layer_types is [\"linear_attention\"]",
                        "sliding_attention"),
                llama(
                        "window of a text",
                        "mistral",
                        model -> model.set("sliding_window", "far"),
                        "sliding_window is \"far\""),
                llama(
                        "too few layers told",
                        "smollm3",
                        model -> model.set("no_rope_layers", List.of(1, 0)),
                        "no_rope_layers is [1,0]",
                        "all 3 layers"),
                scaled(
                        "an unknown scaling",
                        Map.of("rope_type", "longrope", "factor", 2),
                        "rope_scaling.rope_type is \"longrope\"",
                        "default, dynamic, linear, llama3, yarn"),
                scaled("an unknown scaling of old", Map.of("type", "su"), "rope_scaling.type is \"su\""),
                scaled("linear without factor", Map.of("type", "linear"), "has no rope_scaling.factor"),
                scaled("factor below 1", Map.of("type", "linear", "factor", 0.5), "rope_scaling.factor is 0.5"),
                scaled(
                        "llama3 without bounds",
                        Map.of("rope_type", "llama3", "factor", 8),
                        "has no rope_scaling.low_freq_factor"),
                scaled(
                        "llama3 with bounds the wrong way round",
                        Map.of("rope_type", "llama3", "factor", 8, "low_freq_factor", 4, "high_freq_factor", 1),
                        "rope_scaling.high_freq_factor is 1",
                        "more than low_freq_factor"),
                scaled(
                        "yarn with scales of another family",
                        Map.of("rope_type", "yarn", "factor", 8, "mscale", 1),
                        "rope_scaling.mscale is 1"),
                llama("scaling is a text", "llama", model -> model.set("rope_scaling", "linear"), "rope_scaling is"),
                llama(
                        "layers that turn in their own ways",
                        "qwen3",
                        model -> model.set("rope_parameters", Map.of("full_attention", Map.of("rope_theta", 5))),
                        "rope_parameters.full_attention is"));
    }

    @ParameterizedTest
    @MethodSource("faultsOfLlamas")
    void whatAFamilyDoesNotSupportGetsOneSentence(Fault fault) throws IOException {
        getsOneSentence(fault);
    }

    private static Fault index(String what, UnaryOperator<String> change, String... said) {
        return fault(
                what,
                folder -> {
                    Path index = folder.resolve("model.safetensors.index.json");
                    String before = Files.readString(index);
                    String after = change.apply(before);
                    assertThat(after).as("the index was changed").isNotEqualTo(before);
                    Files.writeString(index, after);
                },
                said);
    }

    /** What can be wrong with weights in three shards. */
    static Stream<Fault> faultsOfShards() {
        return Stream.of(
                fault(
                        "a shard is missing",
                        delete("model-00002-of-00003.safetensors"),
                        "model-00002-of-00003.safetensors is not there",
                        "model.safetensors.index.json says that tensor transformer.wpe.weight lies in it",
                        "take all shards"),
                fault(
                        "a shard is cut",
                        folder -> cut(folder.resolve("model-00003-of-00003.safetensors"), 0.9),
                        "model-00003-of-00003.safetensors is not a complete safetensors file",
                        "lies at bytes"),
                fault(
                        "a shard is a pointer of Git LFS",
                        write("model-00001-of-00003.safetensors", "version https://git-lfs.github.com/spec/v1"),
                        "model-00001-of-00003.safetensors",
                        "git lfs pull"),
                fault(
                        "shards in each other's place",
                        folder -> Files.copy(
                                folder.resolve("model-00001-of-00003.safetensors"),
                                folder.resolve("model-00002-of-00003.safetensors"),
                                java.nio.file.StandardCopyOption.REPLACE_EXISTING),
                        "model-00002-of-00003.safetensors has no tensor transformer.wpe.weight",
                        "says is there",
                        "take the index and all shards"),
                fault(
                        "a tensor of another shape in a shard",
                        folder -> changeHeader(
                                folder.resolve("model-00001-of-00003.safetensors"),
                                text -> text.replaceFirst("\\[257,12]", "[12,257]")),
                        "model-00001-of-00003.safetensors: tensor transformer.wte.weight has the shape [12, 257]",
                        "config.json asks for [257, 12]"),
                index(
                        "a tensor that nobody has",
                        text -> text.replace("transformer.wte.weight", "transformer.wtf.weight"),
                        "model-00001-of-00003.safetensors has no tensor transformer.wtf.weight"),
                index(
                        "a tensor twice",
                        text -> text.replace("transformer.wpe.weight", "transformer.wte.weight"),
                        "names tensor transformer.wte.weight twice",
                        "copy it again"),
                index(
                        "a tensor that the index leaves out",
                        text -> text.replaceFirst("\"transformer.ln_f.bias\":\"[^\"]*\"", "")
                                .replace(",,", ",")
                                .replace(",}", "}"),
                        "model.safetensors.index.json has no tensor transformer.ln_f.bias or ln_f.bias",
                        "config.json asks for"),
                index(
                        "a shard elsewhere",
                        text -> text.replaceFirst("model-00001", "../model-00001"),
                        "lies in \"../model-00001-of-00003.safetensors\"",
                        "beside it"),
                index(
                        "a file that is no shard",
                        text -> text.replaceFirst("model-00001-of-00003.safetensors", "config.json"),
                        "lies in \"config.json\"",
                        ".safetensors"),
                index("no weight_map", text -> text.replace("weight_map", "heap"), "has no weight_map"),
                index("the index is cut", text -> text.substring(0, 200), "is not a JSON object with a weight_map"),
                index(
                        "the index maps to numbers",
                        text -> text.replaceFirst("\"model-00001-of-00003.safetensors\"", "[1]"),
                        "is not a JSON object with a weight_map"),
                index("the index is a list", text -> "[" + text + "]", "is not a JSON object with a weight_map"),
                index("the index is empty", text -> "", "is not a JSON object with a weight_map"));
    }

    @ParameterizedTest
    @MethodSource("faultsOfShards")
    void shardsGetOneSentenceToo(Fault fault) throws IOException {
        Path model = folder.resolve("model");
        new TinyModel(1).shards(3).write(model);
        LanguageModel.load(model).close();
        fault.spoiler().spoil(model);

        Throwable thrown = catchThrowable(() -> LanguageModel.load(model).close());

        assertThat(thrown).isExactlyInstanceOf(ModelLoadException.class);
        assertThat(thrown.getMessage())
                .contains(fault.said())
                .contains(model.toString())
                .contains(": ")
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @MethodSource("faults")
    void getsOneSentence(Fault fault) throws IOException {
        Path model = folder.resolve("model");
        new TinyModel(1).write(model);
        fault.spoiler().spoil(model);

        Throwable thrown = catchThrowable(() -> LanguageModel.load(model).close());

        assertThat(thrown).isExactlyInstanceOf(ModelLoadException.class);
        assertThat(thrown.getMessage())
                .contains(fault.said())
                .contains(model.toString())
                .contains(": ")
                .doesNotContain("\n");
    }

    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void asManyLayersAsMayBeAreRefusedSoonWhereTheirWeightsAreNotThere() throws IOException {
        new TinyLlama("llama", 1).write(folder);
        configure(folder, Map.of("num_hidden_layers", 10_000));
        assertThat(catchThrowable(() -> LanguageModel.load(folder).close()))
                .isExactlyInstanceOf(ModelLoadException.class)
                .hasMessageContaining("has no tensor model.layers.3.");
    }

    @Test
    void aGpuThatIsNotThereGetsOneSentence() {
        new TinyModel(1).write(folder);
        assertThat(catchThrowable(() -> LanguageModel.load(folder, ModelOptions.DEFAULT.withDevice("gpu:99"))
                        .close()))
                .isExactlyInstanceOf(ModelLoadException.class)
                .hasMessageContaining("device is gpu:99")
                .hasMessageContaining("choose cpu");
    }

    @Test
    void addedTokensBeyondTheVocabularyDoNotStopAModelThatNeverUsesThem() throws IOException {
        new TinyModel(1).write(folder);
        var tokenizer = JsonParser.parseString(Files.readString(folder.resolve("tokenizer.json")))
                .getAsJsonObject();
        var pad = tokenizer
                .getAsJsonArray("added_tokens")
                .get(0)
                .getAsJsonObject()
                .deepCopy();
        pad.addProperty("id", 257);
        pad.addProperty("content", "[PAD]");
        tokenizer.getAsJsonArray("added_tokens").add(pad);
        Files.writeString(folder.resolve("tokenizer.json"), tokenizer.toString());
        try (LanguageModel model = LanguageModel.load(folder)) {
            assertThat(catchThrowable(() -> model.logits(model.tokenize("a[PAD]"))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("token id 257")
                    .hasMessageContaining("from 0 to 256");
        }
    }

    /** Whatever stands in the header: it loads, or it is refused in one sentence. */
    @Test
    void randomlyDamagedWeightsAreRefusedOrLoaded() throws IOException {
        new TinyModel(1).withBuffers().write(folder);
        Path weights = folder.resolve("model.safetensors");
        byte[] intact = Files.readAllBytes(weights);
        int headerBytes =
                8 + (int) ByteBuffer.wrap(intact).order(ByteOrder.LITTLE_ENDIAN).getLong();
        var random = new Random(42);
        int loaded = 0;
        var kinds = new TreeSet<String>();
        for (int round = 0; round < 500; round++) {
            Files.write(weights, damage(intact, headerBytes, random));
            Throwable thrown = catchThrowable(() -> LanguageModel.load(folder).close());
            if (thrown == null) {
                loaded++;
            } else {
                assertThat(thrown).as("round %s", round).isExactlyInstanceOf(ModelLoadException.class);
                assertThat(thrown.getMessage()).contains("model.safetensors").doesNotContain("\n");
                kinds.addAll(
                        KINDS.stream().filter(thrown.getMessage()::contains).toList());
            }
        }
        assertThat(kinds).as("each kind of fault occurs").containsExactlyInAnyOrderElementsOf(KINDS);
        assertThat(loaded).as("some damage does no harm").isPositive();
    }

    private static final List<String> KINDS = List.of(
            "header claims",
            "not a JSON object",
            "malformed",
            "lies at bytes",
            "takes ",
            "has no tensor",
            "not supported");

    private static byte[] damage(byte[] intact, int headerBytes, Random random) {
        byte[] bytes = random.nextInt(8) == 0 ? Arrays.copyOf(intact, random.nextInt(intact.length)) : intact.clone();
        int end = Math.min(headerBytes, bytes.length);
        for (int changes = random.nextInt(3); changes >= 0 && end > 0; changes--) {
            int at = random.nextInt(6) == 0 ? random.nextInt(Math.min(8, end)) : random.nextInt(end);
            String likely = "0123456789-e.,:[]{}\"";
            bytes[at] = random.nextBoolean()
                    ? (byte) random.nextInt(256)
                    : (byte) likely.charAt(random.nextInt(likely.length()));
        }
        return bytes;
    }

    private static Spoiler delete(String file) {
        return folder -> Files.delete(folder.resolve(file));
    }

    private static Spoiler write(String file, String text) {
        return folder -> Files.writeString(folder.resolve(file), text);
    }

    private static void deleteAll(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            files.forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        Files.delete(folder);
    }

    private static void cut(Path file, double part) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, (int) (part * bytes.length)));
    }

    private static void changeHeader(Path file, UnaryOperator<String> change) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] header = new byte[(int) bytes.getLong()];
        bytes.get(header);
        String text = new String(header, StandardCharsets.UTF_8);
        byte[] changed = change.apply(text).getBytes(StandardCharsets.UTF_8);
        assertThat(changed).as("the header was changed").isNotEqualTo(header);
        ByteBuffer out =
                ByteBuffer.allocate(8 + changed.length + bytes.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(changed.length).put(changed).put(bytes);
        Files.write(file, out.array());
    }
}

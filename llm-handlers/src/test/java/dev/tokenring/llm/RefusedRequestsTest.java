package dev.tokenring.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.RequestException;
import dev.tokenring.bus.Service;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Whoever asks for what can't be is told what was wrong with it, and what would be right. */
class RefusedRequestsTest {
    private static final String IDS = ": this model's ids go from 0 to 4095";
    private static final int[] PROMPT = {1, 50, 51, 52, 53, 54, 55, 2};

    private static LanguageModel model;

    @BeforeAll
    static void load() {
        model = LanguageModel.load(HouseModel.FOLDER);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static Throwable failureOf(Function<String, int[]> prompt, Function<String, GenerationOptions> options) {
        Service<String, String> service =
                Service.of("refuse", String.class, String.class).withMerge(String::concat);
        try (Bus bus = Bus.open()) {
            bus.serveAsync(service, GenerationHandler.of(model, prompt, options, (piece, headers) -> null));
            return failure(bus, service);
        }
    }

    private static Throwable chatFailure(Function<String, String> session, Function<String, String> text) {
        return chatFailure(ChatOptions.of(model.defaults()), session, text);
    }

    private static Throwable chatFailure(
            ChatOptions options, Function<String, String> session, Function<String, String> text) {
        Service<String, String> service =
                Service.of("chat", String.class, String.class).withMerge(String::concat);
        ChatStore store = ChatStore.inMemory(10, Duration.ofHours(1));
        try (Bus bus = Bus.open()) {
            bus.serveAsync(service, ChatHandler.of(model, store, options, session, text, (piece, headers) -> null));
            return failure(bus, service);
        }
    }

    private static Throwable failure(Bus bus, Service<String, String> service) {
        try {
            bus.request(service, "Hello", Duration.ofSeconds(60)).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RequestException refused && refused.getCause() != null) {
                return refused.getCause();
            }
            return e;
        }
        throw new AssertionError("it did not fail");
    }

    @Test
    void idsThatTheModelHasNotAreRefusedByEveryEntry() {
        GenerationOptions never = model.defaults().withEndTokens(Set.of(4096));
        GenerationOptions biased = model.defaults().withLogitBias(Map.of(99_999, 5.0));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.generate(PROMPT, never))
                .withMessage("endTokens has the token id 4096" + IDS);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.samples(PROMPT, biased.withSamples(2)))
                .withMessage("logitBias has the token id 99999" + IDS);
        assertThat(failureOf(text -> PROMPT, text -> never))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("endTokens has the token id 4096" + IDS);
        assertThat(chatFailure(ChatOptions.of(biased), text -> "a", text -> text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("logitBias has the token id 99999" + IDS);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.detokenize(List.of(5, 99_999)))
                .withMessage("the list has the token id 99999" + IDS);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GenerationOptions.GREEDY.withEndTokens(Set.of(-1)))
                .withMessage("endTokens is [-1]: it must be without negative ids, or empty for none");
        assertThat(model.generate(PROMPT, model.defaults().withEndTokens(Set.of(4095)))
                        .tokenIds())
                .isNotEmpty();
    }

    @Test
    void severalSamplesAreNotGivenByWhatGivesOneText() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.generate(PROMPT, model.defaults().withSamples(3)))
                .withMessage("samples is 3: generate gives one text, so it must be 1; for several use samples()");
    }

    @Test
    void aConstraintThatTheContextHasNoRoomForSaysSo() {
        GenerationOptions options = model.defaults().withConstraint(OutputConstraint.regex("(a|b|c){5000}"));
        for (int maxTokens : new int[] {64, 2_500, 10_000}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.generate(PROMPT, options.withMaxTokens(maxTokens)))
                    .withMessageMatching("the constraint can't be met: it needs \\d{4} tokens at least,"
                            + " and the context of 192 leaves 184 after a prompt of 8;"
                            + " let it repeat less, or take a model with a longer context");
        }
    }

    @Test
    void aShorterPromptIsAdvisedWhereItHelps() {
        int[] prompt = new int[180];
        Arrays.fill(prompt, 50);
        GenerationOptions options = model.defaults().withConstraint(OutputConstraint.regex("(?:zq){20}"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.generate(prompt, options.withMaxTokens(100)))
                .withMessageContaining(
                        "leaves 12 after a prompt of 180; let it repeat less, shorten the prompt, or take");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.generate(prompt, options.withMaxTokens(5)))
                .withMessageMatching(".* shorten the prompt and raise maxTokens to \\d+ or more, or take .*");
    }

    @Test
    void aConversationThatIsTooLongSaysWhichTurnAndWhatTheRoomIsFor() {
        String essay = "word ".repeat(300);
        assertThatThrownBy(() -> model.chatPrompt(List.of(ChatMessage.user(essay)), 64))
                .isInstanceOf(PromptTooLongException.class)
                .hasMessageStartingWith("the latest turn alone is too long: the prompt is ")
                .hasMessageEndingWith(
                        " tokens long, and there is room for 128, for of the context of 192, 64 are kept for"
                                + " the answer; shorten it, keep less room for the answer, or take a model with a longer context");
        assertThat(chatFailure(text -> "a", text -> essay))
                .isInstanceOf(PromptTooLongException.class)
                .hasMessageContaining("of the context of 192, 64 are kept for the answer");
        ChatOptions remembering = ChatOptions.of(model.defaults()).withMemory(ChatMemory.ALL.withTokens(20));
        assertThat(chatFailure(remembering, text -> "a", text -> essay))
                .isInstanceOf(PromptTooLongException.class)
                .hasMessageContaining("the chat's memory has room for 20");
    }

    @Test
    void whoeverGivesNullIsNamed() {
        assertThatNullPointerException()
                .isThrownBy(() -> model.generate(null, model.defaults()))
                .withMessage("prompt");
        assertThatNullPointerException()
                .isThrownBy(() -> model.generate(PROMPT, null))
                .withMessage("options");
        assertThatNullPointerException()
                .isThrownBy(() -> model.samples(null, model.defaults()))
                .withMessage("prompt");
        assertThatNullPointerException()
                .isThrownBy(() -> ModelOptions.DEFAULT.withDevice(null))
                .withMessage("device");
        assertThat(failureOf(text -> null, text -> model.defaults()))
                .hasMessage("the function for the prompt gave null");
        assertThat(failureOf(text -> PROMPT, text -> null)).hasMessage("the function for the options gave null");
        assertThat(failureOf(text -> PROMPT, text -> model.defaults()))
                .hasMessage("the function for the reply gave null for a piece");
        assertThat(chatFailure(text -> null, text -> text)).hasMessage("the function for the session's id gave null");
        assertThat(chatFailure(text -> "a", text -> null)).hasMessage("the function for what the user says gave null");
        assertThat(chatFailure(text -> "a", text -> text))
                .hasMessage("the function for the reply gave null for a piece");
    }

    @Test
    void aClosedModelIsRefusedByAHandler() {
        LanguageModel closed = LanguageModel.load(HouseModel.FOLDER);
        closed.close();
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        GenerationHandler.of(closed, closed::tokenize, model.defaults(), (piece, headers) -> piece))
                .withMessage("the model house-dialogue is closed: load it again");
    }

    @Test
    void aModelAndAChatSayWhatTheyAre() {
        assertThat(model).hasToString("LanguageModel[house-dialogue, FP32 on cpu()]");
        assertThat(ChatOptions.of(model.defaults()).withSystem("Be kind.").withOnlyBegunSessions())
                .hasToString("ChatOptions[ChatMemory[all], system \"Be kind.\", only sessions that were begun]");
        assertThat(ChatMemory.ALL.withExchanges(4).withTokens(100).withSummary(9, 3, session -> ""))
                .hasToString("ChatMemory[4 exchanges, 100 tokens, summary of all but 3 beyond 9]");
    }
}

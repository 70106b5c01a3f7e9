package dev.tokenring.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Versions of a model, one after the other, while they are used. */
@Timeout(60)
class ModelSlotTest {
    private static final Service<String, Generation> GENERATE =
            Service.of("generate", String.class, Generation.class).withMerge(Generation::append);

    @Test
    void noRequestIsLostWhenVersionsChange() {
        LanguageModel first = LanguageModel.load(HouseModel.FOLDER);
        GenerationOptions options =
                first.defaults().withTemperature(0).withEndTokens(Set.of()).withMaxTokens(60);
        String expected = first.generate(first.tokenize("<|user|>Hello<|agent|>"), options)
                .text();
        try (var slot = new ModelSlot(first);
                Bus bus = Bus.open()) {
            bus.serveAsync(
                    GENERATE,
                    GenerationHandler.of(
                            slot, LanguageModel::tokenize, (model, request) -> options, (piece, headers) -> piece));
            List<CompletableFuture<Generation>> asked = new ArrayList<>();
            for (int version = 2; version < 4; version++) {
                for (int i = 0; i < 30; i++) {
                    asked.add(bus.request(GENERATE, "<|user|>Hello<|agent|>", Duration.ofSeconds(50)));
                }
                LanguageModel next = LanguageModel.load(HouseModel.FOLDER);
                next.warmUp();
                LanguageModel before = slot.present();
                assertThat(before.health()).isEqualTo(Health.READY);
                assertThat(slot.replace(next, Duration.ofSeconds(30))).isZero();
                assertThat(before.health()).isEqualTo(Health.CLOSED);
            }
            for (CompletableFuture<Generation> one : asked) {
                assertThat(one.join().text()).isEqualTo(expected);
                assertThat(one.join().finishReason()).isEqualTo(FinishReason.LENGTH);
            }
        }
        assertThat(first.open()).isZero();
    }

    @Test
    void aConversationGoesOnWithTheNextVersion() {
        record Say(String session, String text) {}
        Service<Say, Generation> chat =
                Service.of("chat", Say.class, Generation.class).withMerge(Generation::append);
        LanguageModel first = LanguageModel.load(HouseModel.FOLDER);
        ChatStore store = ChatStore.inMemory(10, Duration.ofHours(1));
        GenerationOptions greedy = first.defaults().withTemperature(0).withMaxTokens(20);
        try (var slot = new ModelSlot(first);
                Bus bus = Bus.open()) {
            bus.serveAsync(
                    chat,
                    ChatHandler.of(
                            slot,
                            store,
                            ChatOptions.of(model -> model == first ? greedy : greedy.withMaxTokens(3)),
                            Say::session,
                            Say::text,
                            (piece, headers) -> piece));
            String answer = bus.request(chat, new Say("s", "I need a table"), Duration.ofSeconds(50))
                    .join()
                    .text();
            LanguageModel next = LanguageModel.load(HouseModel.FOLDER);
            assertThat(slot.replace(next, Duration.ofSeconds(30))).isZero();

            Generation second = bus.request(chat, new Say("s", "For two"), Duration.ofSeconds(50))
                    .join();

            int[] whole = next.tokenize("<|user|>I need a table<|agent|>" + answer + "<|user|>For two<|agent|>");
            assertThat(second.text())
                    .isEqualTo(next.generate(whole, greedy.withMaxTokens(3)).text());
            assertThat(second.usage().promptTokens()).isEqualTo(whole.length);
        }
    }

    @Test
    void whatIsBegunWhileTheVersionChangesGoesToTheNextOne() {
        try (var slot = new ModelSlot(LanguageModel.load(HouseModel.FOLDER))) {
            LanguageModel first = slot.present();
            var used = new ArrayList<LanguageModel>();
            Generation whole = slot.use(model -> {
                used.add(model);
                if (model == first) {
                    slot.replace(LanguageModel.load(HouseModel.FOLDER), Duration.ZERO);
                }
                return model.generate(model.tokenize("Hello"), model.defaults().withTemperature(0));
            });
            assertThat(whole.tokenIds()).isNotEmpty();
            assertThat(used).containsExactly(first, slot.present());
        }
    }

    @Test
    void aClosedModelIsNoNextVersion() {
        LanguageModel closed = LanguageModel.load(HouseModel.FOLDER);
        closed.close();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ModelSlot(closed))
                .withMessageContaining("the model house-dialogue is closed: load it again");
        try (var slot = new ModelSlot(LanguageModel.load(HouseModel.FOLDER))) {
            LanguageModel first = slot.present();
            assertThatIllegalArgumentException().isThrownBy(() -> slot.replace(closed, Duration.ofSeconds(1)));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> slot.replace(closed, Duration.ofSeconds(-1)))
                    .withMessage("patience is PT-1S: it must be zero or more");
            assertThat(slot.present()).isSameAs(first);
            assertThat(first.health()).isEqualTo(Health.READY);
        }
    }

    @Test
    void aClosedSlotRefuses() {
        var slot = new ModelSlot(LanguageModel.load(HouseModel.FOLDER));
        slot.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> slot.use(model -> model.generate(new int[] {1}, model.defaults())))
                .withMessageContaining("closed");
    }

    @Test
    void patienceWithoutEndIsAsGoodAsAny() {
        LanguageModel first = LanguageModel.load(HouseModel.FOLDER);
        try (var slot = new ModelSlot(first)) {
            LanguageModel next = LanguageModel.load(HouseModel.FOLDER);
            assertThat(slot.replace(next, Duration.ofSeconds(Long.MAX_VALUE))).isZero();
            assertThat(slot.present()).isSameAs(next);
            assertThat(first.health()).isEqualTo(Health.CLOSED);
        }
    }

    @Test
    void aVersionThatComesAfterTheSlotWasClosedIsClosedToo() {
        var slot = new ModelSlot(LanguageModel.load(HouseModel.FOLDER));
        slot.close();
        try (LanguageModel late = LanguageModel.load(HouseModel.FOLDER)) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> slot.replace(late, Duration.ofSeconds(30)))
                    .withMessageContaining("the slot is closed")
                    .withMessageContaining("make a new one");
            assertThat(late.health()).isEqualTo(Health.CLOSED);
            assertThat(slot.present().health()).isEqualTo(Health.CLOSED);
        }
    }
}

package dev.tokenring.llm;

import static dev.tokenring.llm.ChatMessage.assistant;
import static dev.tokenring.llm.ChatMessage.system;
import static dev.tokenring.llm.ChatMessage.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the model sees of a session is exact at the edges. */
class ChatMemoryTest {
    /** So many exchanges, q1 a1 q2 a2 …, and a last question. */
    private static ChatSession session(int exchanges) {
        var turns = new ArrayList<ChatMessage>();
        for (int i = 1; i <= exchanges; i++) {
            turns.add(user("q" + i));
            turns.add(assistant("a" + i));
        }
        turns.add(user("q" + (exchanges + 1)));
        return new ChatSession("s", null, turns, false);
    }

    private static List<ChatMessage> seen(ChatMemory memory, ChatSession session) {
        return memory.remembered(session, null);
    }

    @Test
    void allIsAll() {
        assertThat(seen(ChatMemory.ALL, session(40))).isEqualTo(session(40).turns());
    }

    @Test
    void soManyExchangesStandBeforeTheLatestQuestion() {
        assertThat(seen(ChatMemory.ALL.withExchanges(0), session(3))).containsExactly(user("q4"));
        assertThat(seen(ChatMemory.ALL.withExchanges(1), session(3)))
                .containsExactly(user("q3"), assistant("a3"), user("q4"));
        assertThat(seen(ChatMemory.ALL.withExchanges(3), session(3)))
                .isEqualTo(session(3).turns());
        assertThat(seen(ChatMemory.ALL.withExchanges(4), session(3)))
                .isEqualTo(session(3).turns());
        assertThat(seen(ChatMemory.ALL.withExchanges(2), session(0))).containsExactly(user("q1"));
    }

    @Test
    void whatOneSideSaysInSeveralTurnsIsOne() {
        var session = new ChatSession(
                "s",
                null,
                List.of(user("a"), user("b"), assistant("c"), assistant("d"), user("e"), assistant("f"), user("g")),
                false);
        assertThat(seen(ChatMemory.ALL, session))
                .containsExactly(user("a\nb"), assistant("c\nd"), user("e"), assistant("f"), user("g"));
        assertThat(seen(ChatMemory.ALL.withExchanges(1), session))
                .containsExactly(user("e"), assistant("f"), user("g"));
    }

    @Test
    void whatStandsBeforeTheFirstQuestionBelongsToTheFirstExchange() {
        var session =
                new ChatSession("s", null, List.of(assistant("welcome"), user("a"), assistant("b"), user("c")), false);
        assertThat(seen(ChatMemory.ALL.withExchanges(1), session)).isEqualTo(session.turns());
        assertThat(seen(ChatMemory.ALL.withExchanges(0), session)).containsExactly(user("c"));
    }

    @Test
    void systemAndSummaryAreOneTurn() {
        var session = new ChatSession("s", "They want a table.", List.of(user("q")), false);
        assertThat(ChatMemory.ALL.remembered(session, "Be kind."))
                .containsExactly(system("Be kind.\n\nThey want a table."), user("q"));
        assertThat(ChatMemory.ALL.remembered(session, null)).containsExactly(system("They want a table."), user("q"));
        assertThat(ChatMemory.ALL.remembered(session(0), "Be kind.")).containsExactly(system("Be kind."), user("q1"));
    }

    @Test
    void nothingIsSummarisedUpToTheLimit() {
        ChatMemory memory = ChatMemory.ALL.withSummary(3, 1, old -> {
            throw new AssertionError("not asked for");
        });
        assertThat(memory.summarise(session(3))).isNull();
        assertThat(ChatMemory.ALL.summarise(session(99))).isNull();
    }

    @Test
    void beyondTheLimitAllButTheKeptExchangesAreSummarised() {
        var given = new ArrayList<ChatSession>();
        for (int kept = 0; kept <= 3; kept++) {
            ChatMemory memory = ChatMemory.ALL.withSummary(3, kept, old -> {
                given.add(old);
                return "short";
            });
            var event = memory.summarise(session(4));
            assertThat(event).isEqualTo(new ChatEvent.Summarised("short", 2 * (4 - kept)));
            assertThat(given.get(kept).turns()).isEqualTo(session(4).turns().subList(0, 2 * (4 - kept)));
            ChatSession after = ChatSession.after("s", session(4), event);
            assertThat(seen(memory, after)).hasSize(1 + 2 * kept + 1).endsWith(user("q5"));
        }
    }

    @Test
    void theSummariserSeesTheSummaryBefore() {
        var session = new ChatSession("s", "before", session(1).turns(), false);
        ChatMemory memory = ChatMemory.ALL.withSummary(
                0, 0, old -> old.summary() + "+" + old.turns().size());
        assertThat(memory.summarise(session)).isEqualTo(new ChatEvent.Summarised("before+2", 2));
    }

    @Test
    void tokensAreCountedToTheLast() {
        var model = new ScriptedModel(1_000);
        ChatSession session = session(2); // user: q1 | assistant: a1 | user: q2 | assistant: a2 | user: q3
        assertThat(prompt(model, ChatMemory.ALL.withTokens(62), session))
                .hasSize(62)
                .startsWith("user: q1");
        assertThat(prompt(model, ChatMemory.ALL.withTokens(61), session))
                .isEqualTo("user: q2 | assistant: a2 | user: q3");
        assertThat(prompt(model, ChatMemory.ALL.withTokens(35), session))
                .hasSize(35)
                .startsWith("user: q2");
        assertThat(prompt(model, ChatMemory.ALL.withTokens(34), session)).isEqualTo("user: q3");
        assertThat(prompt(model, ChatMemory.ALL.withTokens(8), session)).hasSize(8);
        assertThatThrownBy(() -> prompt(model, ChatMemory.ALL.withTokens(7), session))
                .isInstanceOfSatisfying(PromptTooLongException.class, tooLong -> {
                    assertThat(tooLong.tokens()).isEqualTo(8);
                    assertThat(tooLong.limit()).isEqualTo(7);
                });
    }

    private static String prompt(ScriptedModel model, ChatMemory memory, ChatSession session) {
        int[] ids = model.prompt(memory.remembered(session, null), memory.reservedTokens(model.contextLength(), 10));
        return new String(ids, 0, ids.length);
    }

    @Test
    void roomForTheAnswerIsLeftButHalfTheContextAtMost() {
        assertThat(ChatMemory.ALL.reservedTokens(192, 64)).isEqualTo(64);
        assertThat(ChatMemory.ALL.reservedTokens(192, 97)).isEqualTo(96);
        assertThat(ChatMemory.ALL.withTokens(128).reservedTokens(192, 64)).isEqualTo(64);
        assertThat(ChatMemory.ALL.withTokens(127).reservedTokens(192, 64)).isEqualTo(65);
        assertThat(ChatMemory.ALL.withTokens(1).reservedTokens(192, 64)).isEqualTo(191);
    }

    @Test
    void limitsOutOfRangeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChatMemory.ALL.withExchanges(-1))
                .withMessageContaining("exchanges is -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChatMemory.ALL.withTokens(0))
                .withMessageContaining("promptTokens is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChatMemory.ALL.withSummary(2, 3, old -> ""))
                .withMessageContaining("kept is 3")
                .withMessageContaining("from 0 to 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChatMemory.ALL.withSummary(-1, 0, old -> ""))
                .withMessageContaining("most is -1");
    }
}

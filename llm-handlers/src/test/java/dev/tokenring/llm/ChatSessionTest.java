package dev.tokenring.llm;

import static dev.tokenring.llm.ChatMessage.assistant;
import static dev.tokenring.llm.ChatMessage.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tokenring.llm.ChatEvent.Begun;
import dev.tokenring.llm.ChatEvent.Ended;
import dev.tokenring.llm.ChatEvent.HandedBack;
import dev.tokenring.llm.ChatEvent.HandedOver;
import dev.tokenring.llm.ChatEvent.Said;
import dev.tokenring.llm.ChatEvent.Summarised;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A session is what its events have made of it. */
class ChatSessionTest {
    private static ChatSession after(ChatEvent... events) {
        ChatSession session = null;
        for (ChatEvent event : events) {
            session = ChatSession.after("s", session, event);
        }
        return session;
    }

    private static ChatEvent asks(String text) {
        return new Said(user(text));
    }

    private static ChatEvent answers(String text) {
        return new Said(assistant(text));
    }

    @Test
    void turnsFollowEachOther() {
        assertThat(after(asks("a"), answers("b"), asks("c")).turns())
                .containsExactly(user("a"), assistant("b"), user("c"));
    }

    @Test
    void aQuestionWithoutAnswerGivesItsPlaceToTheNext() {
        assertThat(after(asks("a"), answers("b"), asks("lost"), asks("c")).turns())
                .containsExactly(user("a"), assistant("b"), user("c"));
        assertThat(after(asks("lost"), asks("c")).turns()).containsExactly(user("c"));
    }

    @Test
    void withAHumanEveryQuestionStays() {
        ChatSession handedOver = after(asks("a"), new HandedOver(), asks("b"), asks("c"), answers("all three"));
        assertThat(handedOver.withHuman()).isTrue();
        assertThat(handedOver.turns()).containsExactly(user("a"), user("b"), user("c"), assistant("all three"));
    }

    @Test
    void whatTheHumanLeftUnansweredGivesItsPlaceToTheNextQuestion() {
        ChatSession back = after(asks("a"), new HandedOver(), asks("b"), new HandedBack(), asks("c"));
        assertThat(back.withHuman()).isFalse();
        assertThat(back.turns()).containsExactly(user("c"));
    }

    @Test
    void aSummaryTakesThePlaceOfTheOldestTurnsAndOfTheSummaryBefore() {
        ChatSession session =
                after(asks("a"), answers("b"), new Summarised("ab", 2), asks("c"), answers("d"), asks("e"));
        assertThat(session.summary()).isEqualTo("ab");
        assertThat(session.turns()).containsExactly(user("c"), assistant("d"), user("e"));
        assertThat(ChatSession.after("s", session, new Summarised("abcd", 2)))
                .isEqualTo(new ChatSession("s", "abcd", List.of(user("e")), false));
        assertThat(ChatSession.after("s", session, new Summarised("all", 99)))
                .isEqualTo(new ChatSession("s", "all", List.of(), false));
    }

    @Test
    void whatComesForASessionThatIsNotThereChangesNothing() {
        assertThat(after(answers("late"))).isNull();
        assertThat(after(new HandedOver())).isNull();
        assertThat(after(new HandedBack())).isNull();
        assertThat(after(new Summarised("s", 1))).isNull();
        assertThat(after(asks("a"), new Ended(), answers("late"))).isNull();
    }

    @Test
    void beginningTwiceLosesNothing() {
        assertThat(after(new Begun(), asks("a"), new Begun()).turns()).containsExactly(user("a"));
    }

    @Test
    void theOldestExchangesAreForgottenBeyondTheLimit() {
        ChatSession session = null;
        for (int i = 0; i < ChatSession.MAX_TURNS / 2; i++) {
            session = ChatSession.after("s", session, asks("q" + i));
            session = ChatSession.after("s", session, answers("a" + i));
        }
        assertThat(session.turns()).hasSize(ChatSession.MAX_TURNS).startsWith(user("q0"));

        session = ChatSession.after("s", session, asks("last"));
        assertThat(session.turns())
                .hasSize(ChatSession.MAX_TURNS - 1)
                .startsWith(user("q1"))
                .endsWith(user("last"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "\t"})
    void anIdIsNotBlank(String id) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChatSession.begin(id))
                .withMessageContaining("\"" + id + "\"")
                .withMessageContaining("1 to 200");
    }

    @Test
    void anIdIsNotTooLong() {
        assertThat(ChatSession.begin("x".repeat(200)).turns()).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChatSession.begin("x".repeat(201)))
                .withMessageContaining("201 characters");
    }
}

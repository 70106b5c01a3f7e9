package dev.tokenring.benchmarks.generation.sweep;

import static dev.tokenring.benchmarks.generation.sweep.Answer.End.ANSWERED;
import static dev.tokenring.benchmarks.generation.sweep.Answer.End.TOO_LATE;
import static dev.tokenring.benchmarks.generation.sweep.Answer.End.TURNED_AWAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.Service;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpenLoopTest {
    private static final Service<Arrival, Integer> SERVICE = Service.of("tokens", Arrival.class, Integer.class);
    private static final Arrival AT_ONCE = new Arrival(0, 8, 3, 1);

    private final Bus bus = Bus.open();

    @AfterEach
    void close() {
        bus.close();
    }

    @Test
    void partsAreCountedByTheirTokensAndOnesWithoutAnyAreNoBeginning() throws InterruptedException {
        bus.serveStream(SERVICE, (arrival, replies) -> {
            replies.send(0);
            Thread.sleep(5);
            replies.send(1);
            replies.send(2);
        });
        Answer answer = asking(30_000).ask(List.of(AT_ONCE)).get(0);
        assertThat(answer.end()).isEqualTo(ANSWERED);
        assertThat(answer.tokens()).isEqualTo(3);
        assertThat(answer.firstTokenNs()).isGreaterThanOrEqualTo(ms(5));
        assertThat(answer.lastTokenNs()).isBetween(answer.firstTokenNs(), answer.endNs());
    }

    @Test
    void timesCountFromWhenARequestWasToBeMade() throws InterruptedException {
        bus.serveStream(SERVICE, (arrival, replies) -> {
            Thread.sleep(20);
            replies.send(3);
        });
        // One handler, one at a time: each waits for those before it, and all of them show that.
        List<Answer> answers = asking(30_000).ask(List.of(AT_ONCE, AT_ONCE, AT_ONCE));
        assertThat(answers.get(2).firstTokenNs()).isGreaterThanOrEqualTo(ms(60));
    }

    @Test
    void nothingIsAskedBeforeItIsDue() throws InterruptedException {
        bus.serveStream(SERVICE, (arrival, replies) -> replies.send(3));
        long startNs = System.nanoTime();
        Answer answer =
                asking(30_000).ask(List.of(new Arrival(ms(30), 8, 3, 1))).get(0);
        assertThat(System.nanoTime() - startNs).isGreaterThanOrEqualTo(ms(30));
        assertThat(answer.endNs()).isPositive();
    }

    @Test
    void whoIsTurnedAwayOrTooLateIsCountedAsSuch() throws InterruptedException {
        bus.serveAsync(SERVICE, (arrival, replies) -> {
            if (arrival.newTokens() == 1) {
                replies.turnAway("too much");
            }
        });
        List<Answer> answers = asking(20).ask(List.of(AT_ONCE, new Arrival(0, 8, 1, 1)));
        assertThat(answers).extracting(Answer::end).containsExactly(TOO_LATE, TURNED_AWAY);
        assertThat(answers).noneMatch(Answer::hasBegun);
    }

    @Test
    void anAnswerOfTheWrongLengthFailsTheRun() {
        bus.serveStream(SERVICE, (arrival, replies) -> replies.send(2));
        assertThatThrownBy(() -> asking(30_000).ask(List.of(AT_ONCE)))
                .hasStackTraceContaining("3 tokens were wanted, and 2 came");
    }

    @Test
    void anyOtherFailureFailsTheRun() {
        bus.serveStream(SERVICE, (arrival, replies) -> {
            throw new IllegalStateException("broken");
        });
        assertThatThrownBy(() -> asking(30_000).ask(List.of(AT_ONCE))).hasStackTraceContaining("broken");
    }

    private OpenLoop<Integer> asking(long answerMs) {
        return new OpenLoop<>(bus, SERVICE, ms(answerMs), Integer::intValue);
    }

    private static long ms(long ms) {
        return TimeUnit.MILLISECONDS.toNanos(ms);
    }
}

package dev.tokenring.llm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What is done on a passing thread comes out as if it had been done here, and the thread is gone. */
class PassingThreadTest {
    private final AtomicReference<Thread> passing = new AtomicReference<>();

    @Test
    void whatItGetsIsGivenAndTheThreadHasEnded() {
        String got = PassingThread.get("passing", () -> {
            passing.set(Thread.currentThread());
            return "got";
        });
        assertThat(got).isEqualTo("got");
        assertThat(passing.get().getName()).isEqualTo("passing");
        assertThat(passing.get().isAlive()).isFalse();
    }

    @Test
    void whatItThrowsIsThrown() {
        var failure = new IllegalStateException("on purpose");
        assertThatThrownBy(() -> PassingThread.get("passing", () -> {
                    throw failure;
                }))
                .isSameAs(failure);
        var error = new StackOverflowError();
        assertThatThrownBy(() -> PassingThread.get("passing", () -> {
                    throw error;
                }))
                .isSameAs(error);
    }

    @Test
    void anInterruptIsKeptForLater() {
        Thread.currentThread().interrupt();
        assertThat(PassingThread.get("passing", () -> Thread.currentThread().isInterrupted()))
                .isFalse();
        assertThat(Thread.interrupted()).isTrue();
    }
}

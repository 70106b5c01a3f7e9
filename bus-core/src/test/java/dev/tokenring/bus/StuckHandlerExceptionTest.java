package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A stuck handler is named: topic, subscription, lag, thread, stack. */
class StuckHandlerExceptionTest {
    private static final StackTraceElement[] STACK = {
        new StackTraceElement("java.lang.Object", "wait", "Object.java", 1),
        new StackTraceElement("com.example.Reader", "handle", "Reader.java", 42)
    };

    private static StuckHandlerException stuck() {
        return new StuckHandlerException(
                "llm.requests", "reader", 17, "tokenring-llm.requests-reader", Duration.ofMillis(10_250), STACK);
    }

    @Test
    void messageNamesAllThatIsKnown() {
        assertThat(stuck())
                .hasMessage("handler reader of llm.requests has been at one message for 10250 ms"
                        + " on thread tokenring-llm.requests-reader, lag 17");
        assertThat(stuck().topic()).isEqualTo("llm.requests");
        assertThat(stuck().subscription()).isEqualTo("reader");
        assertThat(stuck().lag()).isEqualTo(17);
        assertThat(stuck().threadName()).isEqualTo("tokenring-llm.requests-reader");
        assertThat(stuck().since()).isEqualTo(Duration.ofMillis(10_250));
    }

    @Test
    void stackTraceIsThatOfTheStuckThread() {
        assertThat(stuck().getStackTrace()).containsExactly(STACK);
        assertThat(new StuckHandlerException("a", "b", 0, "c", Duration.ZERO, new StackTraceElement[0]).getStackTrace())
                .isEmpty();
    }

    @Test
    void everythingMustBeNamed() {
        assertThatThrownBy(() -> new StuckHandlerException("a", "b", 0, null, Duration.ZERO, STACK))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("threadName");
    }
}

package dev.tokenring.bus.failure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.bus.HandlerError;
import dev.tokenring.bus.Headers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.ResourceBundle;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** One line for a thousand repetitions, and the stack when an error is new. */
class DistinctErrorsTest {
    private final Lines lines = new Lines();
    private final DistinctErrors sink = new DistinctErrors(lines);

    /** A logger that keeps its lines, in the form {@code LEVEL message [thrown]}. */
    private static final class Lines implements System.Logger {
        final List<String> all = Collections.synchronizedList(new ArrayList<>());

        @Override
        public String getName() {
            return "lines";
        }

        @Override
        public boolean isLoggable(Level level) {
            return true;
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
            all.add(level + " " + message + (thrown == null ? "" : " with stack of " + thrown));
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
            all.add(level + " " + format);
        }

        @Override
        public void log(Level level, Supplier<String> message, Throwable thrown) {
            log(level, (ResourceBundle) null, message.get(), thrown);
        }

        @Override
        public void log(Level level, Supplier<String> message) {
            log(level, (ResourceBundle) null, message.get(), (Throwable) null);
        }
    }

    private void report(String topic, long sequence, Throwable cause) {
        report(topic, sequence, 1, false, cause);
    }

    private void report(String topic, long sequence, int attempt, boolean willRetry, Throwable cause) {
        sink.report(new HandlerError(topic, "reader", sequence, Headers.NONE, attempt, willRetry, cause));
    }

    @Test
    void firstOfAKindIsLoggedWithItsStackThenEachPowerOfTenAsACount() {
        var cause = new IllegalStateException("always");
        for (int i = 0; i < 1_234; i++) {
            report("numbers", i, cause);
        }
        assertThat(lines.all)
                .containsExactly(
                        "ERROR handler reader of numbers failed at sequence 0; the subscription goes on with stack of "
                                + cause,
                        "WARNING handler reader of numbers failed 10 times with " + cause,
                        "WARNING handler reader of numbers failed 100 times with " + cause,
                        "WARNING handler reader of numbers failed 1000 times with " + cause);
    }

    @Test
    void kindsDifferByPlaceClassAndOrigin() {
        var here = new IllegalStateException("here");
        var there = new IllegalStateException("there");
        report("numbers", 0, here);
        report("words", 1, here);
        report("numbers", 2, there);
        report("numbers", 3, new IllegalArgumentException("other class"));
        assertThat(lines.all).hasSize(4).allMatch(line -> line.startsWith("ERROR"));

        report("numbers", 4, here);
        report("words", 5, here);
        report("numbers", 6, there);
        assertThat(lines.all).hasSize(4);
    }

    @Test
    void newInstancesFromOneLineAreOneKind() {
        for (int i = 0; i < 10; i++) {
            report("numbers", i, new IllegalStateException("number " + i));
        }
        assertThat(lines.all).hasSize(2);
        assertThat(lines.all.get(1)).contains("10 times").contains("number 9");
    }

    @Test
    void retryIsAWarningAndDoesNotHideTheErrorWhenTheMessageIsGivenUp() {
        var cause = new IllegalStateException("always");
        for (int message = 0; message < 10; message++) {
            report("numbers", message, 1, true, cause);
            report("numbers", message, 2, true, cause);
            report("numbers", message, 3, false, cause);
        }
        assertThat(lines.all)
                .containsExactly(
                        "WARNING handler reader of numbers failed at sequence 0, attempt 1; the message will be tried"
                                + " again with stack of " + cause,
                        "ERROR handler reader of numbers failed at sequence 0, attempt 3; the subscription goes on"
                                + " with stack of " + cause,
                        "WARNING handler reader of numbers failed 10 times with " + cause
                                + ", each time with a message that will be tried again",
                        "WARNING handler reader of numbers failed 10 times with " + cause);
    }

    @Test
    void errorOutsideOfAnyMessageNamesNoSequence() {
        var cause = new IllegalStateException("upstream");
        report("numbers", -1, 0, false, cause);
        assertThat(lines.all)
                .containsExactly(
                        "ERROR handler reader of numbers failed outside of any message with stack of " + cause);
    }

    @Test
    void errorWithoutStackIsAKindToo() {
        var cause = new IllegalStateException("bare");
        cause.setStackTrace(new StackTraceElement[0]);
        report("numbers", 0, cause);
        report("numbers", 1, cause);
        assertThat(lines.all).hasSize(1);
    }

    @Test
    void numberOfKindsThatAreRememberedIsBounded() {
        var cause = new IllegalStateException("always");
        for (int i = 0; i < 1_000; i++) {
            report("topic-" + i, 0, cause);
        }
        report("topic-0", 1, cause);
        assertThat(lines.all).as("a thousand kinds are remembered").hasSize(1_000);
        report("one-too-many", 0, cause);
        report("topic-0", 2, cause);
        assertThat(lines.all).as("then all is forgotten, and told anew").hasSize(1_002);
    }
}

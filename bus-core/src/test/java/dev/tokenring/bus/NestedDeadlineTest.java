package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** A request whose handler asks somebody else, who is too late for both. */
class NestedDeadlineTest {
    private static final Service<String, String> OUTER = Service.of("outer", String.class, String.class);
    private static final Service<String, String> INNER = Service.of("inner", String.class, String.class);
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(50);

    private final List<HandlerError> errors = new ArrayList<>();

    @Test
    void callerOfTheOuterOneIsToldThatItsTimeIsOver() {
        for (int round = 0; round < 20; round++) {
            try (Bus bus = Bus.open(BusOptions.DEFAULT.withErrorSink(errors::add))) {
                bus.serveAsync(INNER, (question, replies) -> {});
                bus.serve(OUTER, (question, context) -> bus.request(INNER, question, LONG)
                        .join());
                CompletableFuture<String> reply = bus.request(OUTER, "?", SHORT);
                assertThat(reply.handle((answer, thrown) -> failureOf(thrown)).join())
                        .isEqualTo(RequestFailure.TIMEOUT);
            }
        }
        assertThat(errors).isEmpty();
    }

    @Test
    void handlerThatFailsInTimeHasFailed() {
        Stepper stepper = Stepper.at(Instant.EPOCH);
        try (Bus bus = Bus.open(BusOptions.DEFAULT.steppedBy(stepper).withErrorSink(errors::add))) {
            bus.serve(OUTER, (question, context) -> {
                throw new IllegalStateException("no idea");
            });
            CompletableFuture<String> reply = bus.request(OUTER, "?", SHORT);
            stepper.run();
            assertThat(reply.handle((answer, thrown) -> failureOf(thrown)).join())
                    .isEqualTo(RequestFailure.HANDLER_FAILED);
        }
    }

    private static RequestFailure failureOf(Throwable thrown) {
        Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
        return ((RequestException) cause).failure();
    }
}

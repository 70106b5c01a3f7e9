package dev.tokenring.bus.request;

import dev.tokenring.bus.RequestFailure;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever races to end a request, it looks as if they had come one after the other. */
@Timeout(300)
class ConcurrentEndsTest {
    /** A request that several want to end; Lincheck makes one for each execution. */
    public static class Request {
        private final SingleReply<String, String> exchange = ReplyEnds.newRequest();

        @Operation
        public boolean timeOut() {
            return exchange.fail(RequestFailure.TIMEOUT, "too late", null);
        }

        @Operation
        public boolean closeBus() {
            return exchange.fail(RequestFailure.CLOSED, "the bus is closed", null);
        }

        @Operation
        public boolean failHandler() {
            return exchange.fail(RequestFailure.HANDLER_FAILED, "the handler threw", null);
        }

        @Operation
        public boolean isOver() {
            return exchange.isOver();
        }

        /** Whether a handler that asks to be told of the end is told at once. */
        @Operation
        public boolean isToldAtOnce() {
            var told = new AtomicInteger();
            exchange.onCancel(told::incrementAndGet);
            return told.get() == 1;
        }
    }

    @Test
    void endsAreLinearizable() {
        new ModelCheckingOptions()
                .actorsBefore(0) // which would end the request before the race
                .threads(2)
                .actorsPerThread(3)
                .iterations(20)
                .invocationsPerIteration(500)
                .check(Request.class);
    }
}

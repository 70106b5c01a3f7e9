package dev.tokenring.bus.failure;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.tokenring.bus.ErrorSink;
import dev.tokenring.bus.HandlerError;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Logs the first error of each kind with its stack, and its 10th, 100th, 1000th… repetition as a count. Two errors are of
 * one kind if the same subscription threw the same class from the same line, and if both messages will be tried again or
 * neither. So a warning about a message that will be tried again doesn't hide the error when it is given up.
 */
public final class DistinctErrors implements ErrorSink {
    private static final int MAX_KINDS = 1_000;

    private final System.Logger logger;
    private final Map<Kind, AtomicLong> countByKind = new ConcurrentHashMap<>();

    private record Kind(String topic, String subscription, boolean willRetry, Class<?> error, String origin) {
        static Kind of(HandlerError error) {
            StackTraceElement[] stack = error.cause().getStackTrace();
            String origin = stack.length == 0 ? "" : stack[0].toString();
            return new Kind(
                    error.topic(),
                    error.subscription(),
                    error.willRetry(),
                    error.cause().getClass(),
                    origin);
        }
    }

    public DistinctErrors(System.Logger logger) {
        this.logger = logger;
    }

    @Override
    public void report(HandlerError error) {
        Kind kind = Kind.of(error);
        AtomicLong counter = countByKind.get(kind);
        if (counter == null) {
            if (countByKind.size() >= MAX_KINDS) {
                countByKind.clear();
            }
            counter = countByKind.computeIfAbsent(kind, unseen -> new AtomicLong());
        }
        long count = counter.incrementAndGet();
        if (count == 1) {
            logger.log(error.willRetry() ? WARNING : ERROR, () -> describe(error), error.cause());
        } else if (isPowerOfTen(count)) {
            logger.log(
                    WARNING,
                    () -> handler(error) + " failed " + count + " times with " + error.cause()
                            + (error.willRetry() ? ", each time with a message that will be tried again" : ""));
        }
    }

    private static String describe(HandlerError error) {
        if (error.attempt() == 0) {
            return handler(error) + " failed outside of any message";
        }
        String attempt = error.attempt() > 1 || error.willRetry() ? ", attempt " + error.attempt() : "";
        String next = error.willRetry() ? "; the message will be tried again" : "; the subscription goes on";
        return handler(error) + " failed at sequence " + error.sequence() + attempt + next;
    }

    private static String handler(HandlerError error) {
        return "handler " + error.subscription() + " of " + error.topic();
    }

    private static boolean isPowerOfTen(long count) {
        long rest = count;
        while (rest % 10 == 0) {
            rest /= 10;
        }
        return rest == 1;
    }
}

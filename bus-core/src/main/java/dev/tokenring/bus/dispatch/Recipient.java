package dev.tokenring.bus.dispatch;

import dev.tokenring.bus.BatchHandler;
import dev.tokenring.bus.Handler;
import dev.tokenring.bus.inspect.FlightRecording;
import dev.tokenring.bus.inspect.SlowHandlerEvent;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The user code at the end of a message's way, and what becomes of what it throws. */
public final class Recipient<T> {
    /** What became of a message. */
    enum Fate {
        /** The handler is done with it. */
        HANDLED,
        /** The filter did not let it through. */
        UNWANTED,
        /** The handler failed on it for the last time. */
        GIVEN_UP,
        /** It was given up already, while the handler was stuck with it. */
        TAKEN_AWAY,
        /** It comes back through {@link Retries}, and the delivery belongs to it. */
        WAITS
    }

    private final String topic;
    private final String subscription;
    private final Handler<? super T> handler;
    private final @Nullable BatchHandler<T> batchHandler;
    private final @Nullable Predicate<? super T> filter;
    private final Retries<T> retries;

    private Recipient(
            String topic,
            String subscription,
            Handler<? super T> handler,
            @Nullable BatchHandler<T> batchHandler,
            @Nullable Predicate<? super T> filter,
            Retries<T> retries) {
        this.topic = topic;
        this.subscription = subscription;
        this.handler = handler;
        this.batchHandler = batchHandler;
        this.filter = filter;
        this.retries = retries;
    }

    /** For messages one by one. */
    public static <T> Recipient<T> of(
            String topic,
            String subscription,
            Handler<? super T> handler,
            @Nullable Predicate<? super T> filter,
            Retries<T> retries) {
        return new Recipient<>(topic, subscription, handler, null, filter, retries);
    }

    /** For messages in batches; a message that comes back is a batch of one. */
    public static <T> Recipient<T> ofBatches(
            String topic,
            String subscription,
            BatchHandler<T> handler,
            @Nullable Predicate<? super T> filter,
            Retries<T> retries) {
        return new Recipient<>(
                topic,
                subscription,
                (message, context) -> handler.handle(List.of(message), context),
                handler,
                filter,
                retries);
    }

    /** The topic's name. */
    public String topic() {
        return topic;
    }

    /** The subscription's name. */
    public String subscription() {
        return subscription;
    }

    /** What becomes of messages that the handler fails on. */
    public Retries<T> retries() {
        return retries;
    }

    boolean takesBatches() {
        return batchHandler != null;
    }

    /** Gives a message to the handler for the first time. */
    Fate deliver(T message, Delivery<T> delivery) {
        try {
            if (!isWanted(message)) {
                return Fate.UNWANTED;
            }
            call(message, delivery);
            return Fate.HANDLED;
        } catch (Throwable cause) {
            return failed(message, delivery, cause);
        } finally {
            // An interrupt was meant for the message that is done now, or, at the end, was heard already.
            Thread.interrupted();
        }
    }

    /** Gives a message to the handler that was kept until now: for its retry, for its key, or for its turn. */
    Fate deliverKept(Delivery<T> delivery) {
        T message = delivery.kept();
        Throwable broken = delivery.lastError();
        Fate fate = broken == null ? deliver(message, delivery) : failed(message, delivery, broken);
        if (delivery.isReturned() && (fate == Fate.HANDLED || fate == Fate.UNWANTED)) {
            retries.finished(delivery);
        }
        return fate;
    }

    /** Whether the filter lets a message through; what it throws counts as the handler's failure. */
    boolean isWanted(T message) {
        Predicate<? super T> wanted = filter;
        return wanted == null || wanted.test(message);
    }

    /** Whether a message that will not be handled was meant for the handler; also if the filter can't tell. */
    boolean wouldWant(T message) {
        try {
            return isWanted(message);
        } catch (Throwable filtersOwn) {
            return true;
        }
    }

    /** A place in the stack below which everything is the handler's own. */
    private void call(T message, Delivery<T> delivery) throws Exception {
        SlowHandlerEvent measured = FlightRecording.slowHandler();
        try {
            handler.handle(message, delivery);
        } finally {
            if (measured != null) {
                measured.end(topic, subscription, delivery.sequence());
            }
        }
    }

    /** Gives messages to the handler together; gives what it threw, or null. */
    @Nullable Throwable deliverBatch(List<T> messages, Delivery<T> last) {
        try {
            callBatch(messages, last);
            return null;
        } catch (Throwable cause) {
            return cause;
        } finally {
            Thread.interrupted();
        }
    }

    /** Another such place. */
    private void callBatch(List<T> messages, Delivery<T> last) throws Exception {
        if (batchHandler == null) {
            return;
        }
        SlowHandlerEvent measured = FlightRecording.slowHandler();
        try {
            batchHandler.handle(messages, last);
        } finally {
            if (measured != null) {
                measured.end(topic, subscription, last.sequence());
            }
        }
    }

    /** Decides about a message that the handler failed on. */
    Fate failed(T message, Delivery<T> delivery, Throwable cause) {
        return retries.failed(subscription, message, delivery, cause);
    }

    /** Whether a thread with this stack is in a handler, or in what decides whether and how it is called. */
    static boolean isDelivering(StackTraceElement[] stack) {
        for (StackTraceElement frame : stack) {
            if (frame.getClassName().equals(Recipient.class.getName())) {
                return true;
            }
        }
        return false;
    }

    /** Whether a thread with this stack is in a handler, and not just before or behind it. */
    static boolean isCalling(StackTraceElement[] stack) {
        for (int i = 0; i < stack.length; i++) {
            if (stack[i].getMethodName().startsWith("call")
                    && stack[i].getClassName().equals(Recipient.class.getName())) {
                return i > 0;
            }
        }
        return false;
    }
}

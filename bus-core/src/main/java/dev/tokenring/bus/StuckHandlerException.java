package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * A handler was called with a message and has not come back. Its stack trace is that of the thread that is stuck, at the
 * moment when that was noticed.
 */
public final class StuckHandlerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String topic;
    private final String subscription;
    private final long lag;
    private final String threadName;
    private final Duration since;

    /**
     * Describes a stuck handler.
     *
     * @param topic the topic or service whose message is being handled
     * @param subscription the name of the subscription
     * @param lag how many messages wait for the subscription, the one that is being handled included
     * @param threadName the name of the thread that is stuck
     * @param since for how long the handler has been seen at the message
     * @param stack where the thread is
     */
    public StuckHandlerException(
            String topic, String subscription, long lag, String threadName, Duration since, StackTraceElement[] stack) {
        super("handler " + subscription + " of " + topic + " has been at one message for " + since.toMillis()
                + " ms on thread " + threadName + ", lag " + lag);
        this.topic = requireNonNull(topic, "topic");
        this.subscription = requireNonNull(subscription, "subscription");
        this.lag = lag;
        this.threadName = requireNonNull(threadName, "threadName");
        this.since = since;
        setStackTrace(stack);
    }

    /** Leaves out the stack of the thread that makes the exception: it is not the one that is stuck. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }

    /**
     * The topic or service whose message is being handled.
     *
     * @return its name
     */
    public String topic() {
        return topic;
    }

    /**
     * The subscription whose handler is stuck.
     *
     * @return its name
     */
    public String subscription() {
        return subscription;
    }

    /**
     * How many messages wait for the subscription, the one that is being handled included.
     *
     * @return the lag when the handler was found to be stuck
     */
    public long lag() {
        return lag;
    }

    /**
     * The thread that is stuck.
     *
     * @return its name
     */
    public String threadName() {
        return threadName;
    }

    /**
     * For how long the handler has been seen at the message.
     *
     * @return the time until the handler was found to be stuck
     */
    public Duration since() {
        return since;
    }
}

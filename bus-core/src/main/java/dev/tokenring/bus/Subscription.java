package dev.tokenring.bus;

import dev.tokenring.bus.dispatch.Dispatcher;
import dev.tokenring.bus.dispatch.Retries;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/**
 * One reader of a topic, of a service, or of all topics of a pattern, with a handler and a place of its own. Ends when it
 * is closed, or with its bus.
 *
 * <p>Safe for use by any thread.
 */
public final class Subscription implements AutoCloseable {
    private final String topic;
    private final String name;
    private final Consumer<Subscription> closer;
    private final List<Dispatcher<?>> dispatchers = new CopyOnWriteArrayList<>();
    private final LongAdder deliveredBefore = new LongAdder();
    private volatile boolean closed;

    Subscription(String topic, String name, Consumer<Subscription> closer) {
        this.topic = topic;
        this.name = name;
        this.closer = closer;
    }

    void add(Dispatcher<?> dispatcher) {
        dispatchers.add(dispatcher);
    }

    /** Takes out the dispatcher of a topic that is no more. */
    void remove(Dispatcher<?> dispatcher) {
        if (dispatchers.size() > 1 && dispatchers.remove(dispatcher)) {
            deliveredBefore.add(dispatcher.delivered());
        }
    }

    List<Dispatcher<?>> dispatchers() {
        return new ArrayList<>(dispatchers);
    }

    boolean isClosed() {
        return closed;
    }

    private long sum(ToLongFunction<Dispatcher<?>> count) {
        return dispatchers.stream().mapToLong(count).sum();
    }

    private long sumOfRetries(ToLongFunction<Retries<?>> count) {
        return sum(one -> {
            Retries<?> retries = one.retries();
            return retries == null ? 0 : count.applyAsLong(retries);
        });
    }

    /**
     * What the subscription reads.
     *
     * @return the name of the topic or service, or the pattern
     */
    public String topic() {
        return topic;
    }

    /**
     * The subscription's name, which its thread carries too.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * How many messages the handler has taken, those it failed on included.
     *
     * @return the count since the subscription began
     */
    public long delivered() {
        return deliveredBefore.sum() + sum(Dispatcher::delivered);
    }

    /**
     * How many messages wait for the handler, the one it is busy with and those that wait for a retry included. For a
     * member of a group, how many wait for the group.
     *
     * @return the number of messages by which the subscription is behind
     */
    public long lag() {
        return sum(Dispatcher::lag);
    }

    /**
     * How often the handler has thrown, and the bus's error sink was told; for a member of a group, how often the group's
     * handlers have. What a service's handler throws goes to the caller instead, unless the caller has gone.
     *
     * @return the count since the subscription began
     */
    public long failures() {
        return sumOfRetries(Retries::failures);
    }

    /**
     * Ends the subscription. A topic's handler is called no more after the message it is busy with, and holds back no
     * publisher from now on; what it failed on and was to be retried becomes dead letters. A service's handler still gets
     * the requests that were waiting. Waits until the handler is done, for as long as {@link BusOptions#closeTimeout()}
     * allows, unless called from the handler itself. Other subscriptions notice nothing. Closing twice does no harm.
     */
    @Override
    public void close() {
        closed = true;
        closer.accept(this);
    }

    @Override
    public String toString() {
        return "Subscription[" + topic() + ", " + name() + ", delivered=" + delivered() + ", lag=" + lag()
                + ", failures=" + failures() + "]";
    }
}

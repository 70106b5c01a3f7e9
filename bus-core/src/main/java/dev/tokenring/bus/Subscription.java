package dev.tokenring.bus;

import dev.tokenring.bus.dispatch.Dispatcher;
import java.util.function.Consumer;

/**
 * One reader of a topic or a service, with a handler and a place of its own. Ends when it is closed, or with its bus.
 *
 * <p>Safe for use by any thread.
 */
public final class Subscription implements AutoCloseable {
    private final Dispatcher<?> dispatcher;
    private final Consumer<Subscription> closer;

    Subscription(Dispatcher<?> dispatcher, Consumer<Subscription> closer) {
        this.dispatcher = dispatcher;
        this.closer = closer;
    }

    Dispatcher<?> dispatcher() {
        return dispatcher;
    }

    /**
     * What the subscription reads.
     *
     * @return the name of the topic or service
     */
    public String topic() {
        return dispatcher.topic();
    }

    /**
     * The subscription's name, which its thread carries too.
     *
     * @return the name
     */
    public String name() {
        return dispatcher.subscription();
    }

    /**
     * How many messages the handler has taken, those it failed on included.
     *
     * @return the count since the subscription began
     */
    public long delivered() {
        return dispatcher.delivered();
    }

    /**
     * How many messages wait for the handler, the one it is busy with included.
     *
     * @return the number of messages by which the subscription is behind
     */
    public long lag() {
        return dispatcher.lag();
    }

    /**
     * How often the handler has thrown, and the bus's error sink was told. What a service's handler throws goes to the
     * caller instead, unless the caller has gone.
     *
     * @return the count since the subscription began
     */
    public long failures() {
        return dispatcher.failures();
    }

    /**
     * Ends the subscription. A topic's handler is called no more after the message it is busy with, and holds back no
     * publisher from now on; a service's handler still gets the requests that were waiting. Waits until the handler is done, for as long as {@link
     * BusOptions#closeTimeout()} allows, unless called from the handler itself. Other subscriptions notice nothing.
     * Closing twice does no harm.
     */
    @Override
    public void close() {
        closer.accept(this);
    }

    @Override
    public String toString() {
        return "Subscription[" + topic() + ", " + name() + ", delivered=" + delivered() + ", lag=" + lag()
                + ", failures=" + failures() + "]";
    }
}

package dev.tokenring.benchmarks.peer;

import java.util.concurrent.ArrayBlockingQueue;
import net.engio.mbassy.bus.MBassador;
import net.engio.mbassy.bus.config.BusConfiguration;
import net.engio.mbassy.bus.config.Feature.AsynchronousHandlerInvocation;
import net.engio.mbassy.bus.config.Feature.AsynchronousMessageDispatch;
import net.engio.mbassy.bus.config.Feature.SyncPubSub;
import net.engio.mbassy.bus.error.IPublicationErrorHandler;
import net.engio.mbassy.listener.Handler;
import net.engio.mbassy.listener.Listener;
import net.engio.mbassy.listener.References;

/**
 * MBassador with one dispatcher, so that order is kept, which calls the handler itself. The queue of messages is bounded;
 * the publisher waits for room in it. It is an {@code ArrayBlockingQueue}: the dispatcher sleeps in {@code take}, so a
 * blocking one it has to be, and of the JDK's two with bounds this is the one that allocates no node for a message; the
 * one it has by default has no bounds that would ever hold a publisher back. The bus refers to its listener strongly,
 * which spares it the look through a weak reference.
 *
 * <p>See <a href="https://github.com/bennidi/mbassador">its README</a>, which shows how dispatchers and handlers are
 * configured.
 */
final class MbassadorLane implements Lane {
    private final MBassador<Message> bus;

    /** MBassador calls the method that has the annotation; both have to be public for it. */
    @Listener(references = References.Strong)
    public static final class MessageListener {
        private final Receiver receiver;

        private MessageListener(Receiver receiver) {
            this.receiver = receiver;
        }

        /**
         * Handles a message.
         *
         * @param message the message
         */
        @Handler
        public void handle(Message message) {
            receiver.receive(message);
        }
    }

    MbassadorLane(Receiver receiver) {
        bus = new MBassador<>(new BusConfiguration()
                .addFeature(SyncPubSub.Default())
                .addFeature(AsynchronousHandlerInvocation.Default())
                .addFeature(AsynchronousMessageDispatch.Default()
                        .setNumberOfMessageDispatchers(1)
                        .setMessageQueue(new ArrayBlockingQueue<>(CAPACITY)))
                .addPublicationErrorHandler(new IPublicationErrorHandler.ConsoleLogger()));
        bus.subscribe(new MessageListener(receiver));
    }

    @Override
    public void publish(Message message) {
        bus.publishAsync(message);
    }

    @Override
    public void close() {
        bus.shutdown();
    }
}

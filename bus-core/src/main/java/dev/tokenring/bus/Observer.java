package dev.tokenring.bus;

import dev.tokenring.bus.dispatch.Dispatcher;
import dev.tokenring.bus.dispatch.Retries;
import dev.tokenring.bus.request.Terms;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes snapshots of a bus: from sequences, and from counters that are touched only off the fast path or by a single
 * writer. Who is watched does nothing for it.
 */
final class Observer {
    private final Lifecycle lifecycle;
    private final Channels channels;
    private final Services services;

    Observer(Lifecycle lifecycle, Channels channels, Services services) {
        this.lifecycle = lifecycle;
        this.channels = channels;
        this.services = services;
    }

    BusSnapshot snapshot() {
        return new BusSnapshot(
                lifecycle.busName(),
                lifecycle.timers().clock().instant(),
                channels.all().stream().map(Observer::ofTopic).toList(),
                services.desks().stream().map(Observer::ofService).toList());
    }

    private static <T> BusSnapshot.TopicSnapshot ofTopic(Channel<T> channel) {
        Topic<T> topic = channel.topic();
        List<BusSnapshot.SubscriptionSnapshot> subscriptions = channel.kindByDispatcher().entrySet().stream()
                .map(entry -> ofSubscription(entry.getKey(), entry.getValue(), channel.groupOf(entry.getKey())))
                .toList();
        return new BusSnapshot.TopicSnapshot(
                topic.name(),
                topic.type(),
                topic.capacity(),
                channel.ring().publishedCount(),
                channel.refused(),
                channel.ring().used(),
                subscriptions);
    }

    private static BusSnapshot.SubscriptionSnapshot ofSubscription(
            Dispatcher<?> dispatcher, String kind, @Nullable String group) {
        Retries<?> retries = dispatcher.retries();
        return new BusSnapshot.SubscriptionSnapshot(
                dispatcher.subscription(),
                kind,
                group,
                dispatcher.delivered(),
                dispatcher.lag(),
                retries == null ? 0 : retries.failures(),
                retries == null ? 0 : retries.retries(),
                retries == null ? 0 : retries.givenUp(),
                dispatcher.missed(),
                threadName(dispatcher));
    }

    private static @Nullable String threadName(Dispatcher<?> dispatcher) {
        String name = dispatcher.threadName();
        return name.isEmpty() ? null : name;
    }

    /**
     * The counts of a service. Replies are not counted but derived, so that they cost nothing. What is subtracted is read
     * first, so a request that comes or ends meanwhile may pass for replied to, but is not subtracted twice; one may end
     * even before it counts as made.
     */
    private static BusSnapshot.ServiceSnapshot ofService(Desk<?, ?> desk) {
        Terms<?> terms = desk.terms();
        long failures = terms.endedBy(RequestFailure.HANDLER_FAILED);
        long timeouts = terms.endedBy(RequestFailure.TIMEOUT);
        long cancellations = terms.endedBy(RequestFailure.CANCELLED);
        long sheds = terms.endedBy(RequestFailure.OVERLOADED);
        long abandoned = terms.endedBy(RequestFailure.NO_HANDLER) + terms.endedBy(RequestFailure.CLOSED);
        long inFlight = desk.inFlight();
        long withoutReply = inFlight + failures + timeouts + cancellations + sheds + abandoned;
        long requests = Math.max(withoutReply, desk.asked());
        return new BusSnapshot.ServiceSnapshot(
                desk.service().name(),
                desk.responders().size(),
                desk.service().capacity(),
                inFlight,
                requests,
                requests - withoutReply,
                failures,
                timeouts,
                cancellations,
                sheds,
                abandoned);
    }
}

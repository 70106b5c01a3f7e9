package dev.tokenring.bus;

import dev.tokenring.bus.dispatch.Dispatcher;
import dev.tokenring.bus.dispatch.Intake;
import dev.tokenring.bus.ring.Ring;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** A topic of a bus, at run time: its ring, and who reads it. */
final class Channel<T> {
    private final Topic<T> topic;
    private final Ring<T> ring;
    private final Publisher<T> publisher;
    private final Map<String, Group<T>> groups = new ConcurrentHashMap<>();
    private final Map<Dispatcher<T>, String> kindByDispatcher = new ConcurrentHashMap<>();
    private final LongAdder refused = new LongAdder();
    private volatile @Nullable Runnable whenRead;

    /** What the members of a group share, and what they have to agree on. */
    record Group<T>(Intake<T> intake, SubscriptionSpec<T> spec) {}

    Channel(Lifecycle lifecycle, Topic<T> topic) {
        this.topic = topic;
        this.ring = new Ring<>(topic.capacity(), topic.isSinglePublisher(), topic.factory());
        this.publisher = new Publisher<>(lifecycle, this);
    }

    Topic<T> topic() {
        return topic;
    }

    Ring<T> ring() {
        return ring;
    }

    Publisher<T> publisher() {
        return publisher;
    }

    /** Who reads the topic, and how, in words. */
    Map<Dispatcher<T>, String> kindByDispatcher() {
        return Collections.unmodifiableMap(kindByDispatcher);
    }

    void add(Dispatcher<T> dispatcher, String kind) {
        kindByDispatcher.put(dispatcher, kind);
    }

    /** Counts messages that found no room, or not in time. */
    void countRefused() {
        refused.increment();
    }

    long refused() {
        return refused.sum();
    }

    void remove(Dispatcher<T> dispatcher) {
        kindByDispatcher.remove(dispatcher);
        Runnable next = whenRead;
        if (next != null && kindByDispatcher.isEmpty()) {
            next.run();
        }
    }

    /** Has something done once nobody reads the topic any more. */
    void whenRead(Runnable action) {
        whenRead = action;
        if (kindByDispatcher.isEmpty()) {
            action.run();
        }
    }

    /** The dispatchers of a subscription; several if it is a group whose members have no names of their own. */
    List<Dispatcher<T>> named(String subscription) {
        return kindByDispatcher.keySet().stream()
                .filter(one -> one.subscription().equals(subscription))
                .toList();
    }

    /** Whether a subscription whose dead letters may come back has this name, other than a member of this group. */
    boolean isTaken(String subscription, @Nullable String ofGroup) {
        return named(subscription).stream()
                .filter(one -> !one.isDetached() && one.retries() != null)
                .anyMatch(one -> ofGroup == null || !ofGroup.equals(groupOf(one)));
    }

    /** The name of the group that somebody is a member of; null if of none. */
    @Nullable String groupOf(Dispatcher<?> dispatcher) {
        for (Map.Entry<String, Group<T>> entry : groups.entrySet()) {
            if (dispatcher.retries() == entry.getValue().intake().retries()) {
                return entry.getKey();
            }
        }
        return null;
    }

    @Nullable Group<T> group(String name) {
        return groups.get(name);
    }

    void putGroup(String name, Group<T> group) {
        groups.put(name, group);
    }
}

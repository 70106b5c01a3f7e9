package dev.tokenring.bus;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The topics that a bus has, by name. */
final class Channels {
    private final Lifecycle lifecycle;
    private final Map<String, Channel<?>> byName = new ConcurrentHashMap<>();
    private final List<Consumer<Channel<?>>> listeners = new CopyOnWriteArrayList<>();

    Channels(Lifecycle lifecycle) {
        this.lifecycle = lifecycle;
    }

    /** Has something done for each topic that is added, before anybody can publish to it. */
    void whenAdded(Consumer<Channel<?>> listener) {
        listeners.add(listener);
    }

    <T> Channel<T> of(Topic<T> topic) {
        return of(topic, fresh -> {});
    }

    /**
     * Gives the channel of a topic.
     *
     * @param whenNew what to do first of all if there was none
     */
    <T> Channel<T> of(Topic<T> topic, Consumer<Channel<T>> whenNew) {
        Channel<?> known = byName.get(topic.name());
        if (known == null) {
            known = add(topic, whenNew);
        }
        if (!known.topic().equals(topic)) {
            throw differs(known.topic(), topic);
        }
        @SuppressWarnings("unchecked") // its topic equals this one, type included
        Channel<T> channel = (Channel<T>) known;
        return channel;
    }

    private <T> Channel<?> add(Topic<T> topic, Consumer<Channel<T>> whenNew) {
        return lifecycle.whileRingsAreOpen("add topic " + topic.name(), () -> {
            Channel<?> raced = byName.get(topic.name());
            if (raced != null) {
                return raced;
            }
            var channel = new Channel<T>(lifecycle, topic);
            whenNew.accept(channel);
            listeners.forEach(listener -> listener.accept(channel));
            lifecycle.add(channel.ring());
            byName.put(topic.name(), channel);
            return channel;
        });
    }

    @Nullable Channel<?> find(String topic) {
        return byName.get(topic);
    }

    Collection<Channel<?>> all() {
        return byName.values();
    }

    /** Takes a topic out, and ends its ring. */
    boolean remove(Topic<?> topic) {
        Channel<?> channel = byName.get(topic.name());
        if (channel == null) {
            return false;
        }
        if (!channel.topic().equals(topic)) {
            throw differs(channel.topic(), topic);
        }
        if (!byName.remove(topic.name(), channel)) {
            return false;
        }
        channel.ring().end();
        // What is left is still to be handed out, and counted if the bus closes meanwhile; so the ring stays known
        // until
        // its readers have ended.
        channel.whenRead(() -> lifecycle.remove(channel.ring()));
        return true;
    }

    private IllegalArgumentException differs(Topic<?> known, Topic<?> asked) {
        return new IllegalArgumentException("bus " + lifecycle.busName() + " has " + known + ", which differs from "
                + asked + ": use the same description everywhere, or another name");
    }
}

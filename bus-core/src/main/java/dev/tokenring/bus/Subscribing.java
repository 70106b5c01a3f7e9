package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.dispatch.Dispatcher;
import dev.tokenring.bus.dispatch.FlowDispatcher;
import dev.tokenring.bus.dispatch.InOrderDispatcher;
import dev.tokenring.bus.dispatch.Loop;
import dev.tokenring.bus.dispatch.PullDispatcher;
import dev.tokenring.bus.dispatch.Recipient;
import dev.tokenring.bus.dispatch.StageDispatcher;
import dev.tokenring.bus.spi.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Makes subscriptions: puts together reader, dispatcher, handler and loop as a {@link SubscriptionSpec} says. */
final class Subscribing {
    private final Lifecycle lifecycle;
    private final Channels channels;
    private final Undeliverable undeliverable;
    private final Recipients recipients;
    private final Groups groups;
    private final AtomicLong number = new AtomicLong();
    private final List<Wildcard<?>> wildcards = new CopyOnWriteArrayList<>();

    /** A subscription to all topics of a pattern, those included that are yet to come. All share one loop. */
    private record Wildcard<T>(
            TopicPattern<T> pattern,
            SubscriptionSpec<T> spec,
            String name,
            Handler<? super T> handler,
            Loop loop,
            Subscription subscription) {}

    Subscribing(Lifecycle lifecycle, Channels channels, Undeliverable undeliverable) {
        this.lifecycle = lifecycle;
        this.channels = channels;
        this.undeliverable = undeliverable;
        this.recipients = new Recipients(lifecycle, undeliverable);
        this.groups = new Groups(lifecycle, recipients);
        channels.whenAdded(this::joinWildcards);
    }

    <T> Subscription handle(Topic<T> topic, SubscriptionSpec<T> spec, Handler<? super T> handler) {
        spec.checkFits(topic);
        Channel<T> channel = channels.of(topic);
        return lifecycle.whileOpen("subscribe to " + topic.name(), () -> {
            String name = nameOn(channel, spec);
            Dispatcher<T> dispatcher = dispatcher(channel, spec, name, handler);
            return begin(channel, dispatcher, loopFor(channel, spec, name), spec);
        });
    }

    <T> Subscription handleBatches(Topic<T> topic, SubscriptionSpec<T> spec, BatchHandler<T> handler) {
        spec.checkFits(topic);
        if (spec.isTaking() || topic.isInPlace()) {
            throw new IllegalArgumentException(
                    "batches are handed out in the order of the ring, and kept: a subscription"
                            + " with a group, a key, newestOnly, urgentFirst or other threads can't have them, nor can a topic whose"
                            + " messages are in place; use handle");
        }
        Channel<T> channel = channels.of(topic);
        return lifecycle.whileOpen("subscribe to " + topic.name(), () -> {
            String name = nameOn(channel, spec);
            Recipient<T> recipient = recipients.ofBatches(channel, spec, name, handler);
            return begin(channel, inOrder(channel, recipient), loopFor(channel, spec, name), spec);
        });
    }

    <T> Subscription handleAll(TopicPattern<T> pattern, SubscriptionSpec<T> spec, Handler<? super T> handler) {
        return lifecycle.whileOpen("subscribe to " + pattern.pattern(), () -> {
            checkNameIsFree(pattern, spec);
            List<Channel<T>> present = channelsOf(pattern);
            // All before any, so that who is refused has joined none.
            present.forEach(channel -> checkFits(channel, specFor(channel, spec)));
            String name = name(spec);
            Loop loop =
                    spec.execution().eventLoop() == null && !spec.execution().isConcurrent()
                            ? lifecycle.threads().ofPattern("tokenring-" + pattern.pattern() + "-" + name)
                            : lifecycle.threads().loopFor(spec.execution(), "", WaitStrategy.ADAPTIVE);
            var subscription = new Subscription(pattern.pattern(), name, this::unsubscribe);
            var wildcard = new Wildcard<>(pattern, spec, name, handler, loop, subscription);
            wildcards.add(wildcard);
            present.forEach(channel -> join(wildcard, channel));
            return subscription;
        });
    }

    private <T> List<Channel<T>> channelsOf(TopicPattern<T> pattern) {
        var matching = new ArrayList<Channel<T>>();
        for (Channel<?> candidate : channels.all()) {
            Channel<T> channel = ifMatching(pattern, candidate);
            if (channel != null) {
                matching.add(channel);
            }
        }
        return matching;
    }

    private static <T> @Nullable Channel<T> ifMatching(TopicPattern<T> pattern, Channel<?> candidate) {
        if (!pattern.matches(candidate.topic())) {
            return null;
        }
        @SuppressWarnings("unchecked") // its type is the pattern's, or one below it, and a handler only reads
        Channel<T> channel = (Channel<T>) candidate;
        return channel;
    }

    private void joinWildcards(Channel<?> added) {
        for (Wildcard<?> wildcard : wildcards) {
            joinIfItFits(wildcard, added);
        }
    }

    /** Whoever adds a topic has nothing to do with the patterns that it matches; one it does not suit goes without it. */
    private <T> void joinIfItFits(Wildcard<T> wildcard, Channel<?> added) {
        Channel<T> channel = ifMatching(wildcard.pattern(), added);
        if (channel == null || wildcard.subscription().isClosed()) {
            return;
        }
        try {
            checkFits(channel, specFor(channel, wildcard.spec()));
        } catch (IllegalArgumentException misfit) {
            lifecycle.guard().caught(added.topic().name(), wildcard.name(), misfit);
            return;
        }
        join(wildcard, channel);
    }

    /** What a pattern's subscription is told means for one topic: messages in place can't wait for a retry. */
    private static <T> SubscriptionSpec<T> specFor(Channel<T> channel, SubscriptionSpec<T> spec) {
        return channel.topic().isInPlace() ? spec.withRetry(RetryPolicy.NONE) : spec;
    }

    private static <T> void checkFits(Channel<T> channel, SubscriptionSpec<T> spec) {
        spec.checkFits(channel.topic());
        Groups.checkAgrees(channel, spec);
    }

    private <T> void join(Wildcard<T> wildcard, Channel<T> channel) {
        SubscriptionSpec<T> spec = specFor(channel, wildcard.spec());
        Dispatcher<T> dispatcher = dispatcher(channel, spec, wildcard.name(), wildcard.handler());
        add(wildcard.subscription(), channel, dispatcher, wildcard.loop(), spec);
    }

    /** Puts a stage before the subscriptions of a topic, those included that a pattern gives it from the beginning. */
    <T> void attach(Topic<T> topic, Stage<? super T> stage) {
        lifecycle.whileOpen("attach a stage to " + topic.name(), () -> {
            var attached = new boolean[1];
            Channel<T> channel = channels.of(topic, fresh -> {
                begin(fresh, stage);
                attached[0] = true;
            });
            if (!attached[0]) {
                begin(channel, stage);
            }
            return channel;
        });
    }

    private <T> void begin(Channel<T> channel, Stage<? super T> stage) {
        String topic = channel.topic().name();
        var dispatcher = new StageDispatcher<T>(
                topic,
                channel.ring(),
                stage,
                Math.max(1, channel.topic().capacity() / 4),
                (name, message, delivery, cause) -> {
                    lifecycle.guard().caught(name, delivery, cause, false);
                    undeliverable.giveUp(name, message, delivery, cause);
                },
                pending -> pending.sequence()
                        .completeExceptionally(
                                new BusClosedException(lifecycle.busName(), "acknowledge a message of " + topic)));
        channel.add(dispatcher, "stage");
        Runnable unwatch = lifecycle.watch(dispatcher, lifecycle.stuckRule().justReporting(), true, () -> {});
        Loop loop = lifecycle
                .threads()
                .loopFor(
                        Execution.ownThread(),
                        "tokenring-" + topic + "-stage",
                        channel.topic().waitStrategy());
        lifecycle.start(dispatcher, loop, () -> {
            unwatch.run();
            channel.remove(dispatcher);
        });
    }

    <T> Poller<T> poller(Topic<T> topic, SubscriptionSpec<T> spec) {
        refuseOrder(spec, "a poller");
        spec.checkFits(topic);
        refuseInPlace(topic, "a poller");
        Channel<T> channel = channels.of(topic);
        return lifecycle.whileOpen("poll " + topic.name(), () -> {
            String name = name(spec);
            var dispatcher =
                    new PullDispatcher<T>(topic.name(), name, channel.ring().join(spec.newestOnly()), spec.filter());
            channel.add(dispatcher, spec.newestOnly() ? "poller newest only" : "poller");
            lifecycle.add(dispatcher);
            return new Poller<>(dispatcher, () -> {
                dispatcher.detach();
                channel.remove(dispatcher);
                lifecycle.remove(dispatcher);
            });
        });
    }

    <T> Flow.Publisher<T> toFlow(Topic<T> topic, SubscriptionSpec<T> spec) {
        refuseOrder(spec, "a Flow.Publisher");
        refuseInPlace(topic, "a Flow.Publisher");
        return subscriber -> {
            requireNonNull(subscriber, "subscriber");
            try {
                Channel<T> channel = channels.of(topic);
                lifecycle.whileOpen("subscribe to " + topic.name(), () -> {
                    String name = name(spec);
                    var dispatcher = new FlowDispatcher<T>(
                            topic.name(),
                            name,
                            channel.ring().join(spec.newestOnly()),
                            subscriber,
                            spec.filter(),
                            thrown -> lifecycle.guard().caught(topic.name(), name, thrown),
                            undeliverable::giveUp);
                    return begin(channel, dispatcher, loopFor(channel, spec, name), spec);
                });
            } catch (BusClosedException | IllegalArgumentException refused) {
                Refused.subscriber(subscriber, refused);
            }
        };
    }

    private static void refuseOrder(SubscriptionSpec<?> spec, String what) {
        if (spec.key() != null
                || spec.group() != null
                || spec.urgentFirst()
                || spec.execution().isConcurrent()) {
            throw new IllegalArgumentException(what
                    + " gets the messages in the order of the ring: a group, a key, urgentFirst or other threads need a"
                    + " handler; use handle");
        }
    }

    private static void refuseInPlace(Topic<?> topic, String what) {
        if (topic.isInPlace()) {
            throw new IllegalArgumentException(
                    topic + " has its messages in place, where " + what + " can't leave them: use handle");
        }
    }

    /** Dead letters go back by name to the subscription that gave them up, so no other one must have it. */
    private String nameOn(Channel<?> channel, SubscriptionSpec<?> spec) {
        checkNameIsFree(channel, spec);
        return name(spec);
    }

    private static void checkNameIsFree(Channel<?> channel, SubscriptionSpec<?> spec) {
        String name = spec.name();
        if (name != null && channel.isTaken(name, spec.group())) {
            throw nameIsTaken(channel.topic().name(), name);
        }
    }

    private void checkNameIsFree(TopicPattern<?> pattern, SubscriptionSpec<?> spec) {
        String name = spec.name();
        if (name == null) {
            return;
        }
        channels.all().stream()
                .filter(channel -> pattern.matches(channel.topic()))
                .forEach(channel -> checkNameIsFree(channel, spec));
        for (Wildcard<?> other : wildcards) {
            boolean fellow =
                    spec.group() != null && spec.group().equals(other.spec().group());
            if (name.equals(other.name()) && !fellow) {
                throw nameIsTaken(other.pattern().pattern(), name);
            }
        }
    }

    private static IllegalArgumentException nameIsTaken(String where, String name) {
        return new IllegalArgumentException(where + " has a subscription named " + name
                + " already: close that first, or give this one another name");
    }

    private String name(SubscriptionSpec<?> spec) {
        String given = spec.name();
        return given != null ? given : "subscription-" + number.incrementAndGet();
    }

    private <T> Loop loopFor(Channel<T> channel, SubscriptionSpec<T> spec, String name) {
        return lifecycle
                .threads()
                .loopFor(
                        spec.execution(),
                        "tokenring-" + channel.topic().name() + "-" + name,
                        channel.topic().waitStrategy());
    }

    private <T> Dispatcher<T> dispatcher(
            Channel<T> channel, SubscriptionSpec<T> spec, String name, Handler<? super T> handler) {
        return spec.isTaking()
                ? groups.member(channel, spec, name, handler)
                : inOrder(channel, recipients.of(channel, spec, name, handler));
    }

    private <T> Dispatcher<T> inOrder(Channel<T> channel, Recipient<T> recipient) {
        // Slots that are given back late hold back publishers: leave them most of the ring meanwhile.
        int maxUnreleased = Math.max(1, channel.topic().capacity() / 4);
        return new InOrderDispatcher<>(recipient, channel.ring(), maxUnreleased, unread -> {});
    }

    private <T> Subscription begin(Channel<T> channel, Dispatcher<T> dispatcher, Loop loop, SubscriptionSpec<T> spec) {
        var subscription = new Subscription(dispatcher.topic(), dispatcher.subscription(), this::unsubscribe);
        add(subscription, channel, dispatcher, loop, spec);
        return subscription;
    }

    private <T> void add(
            Subscription subscription,
            Channel<T> channel,
            Dispatcher<T> dispatcher,
            Loop loop,
            SubscriptionSpec<T> spec) {
        subscription.add(dispatcher);
        if (subscription.isClosed()) {
            // One to a pattern, closed while a topic of that pattern was being added.
            dispatcher.detach();
            dispatcher.neverStarted();
            return;
        }
        channel.add(dispatcher, kind(dispatcher, spec));
        // A handler that is stuck at a message in place has it from a slot that must not be filled meanwhile.
        StuckRule rule = channel.topic().isInPlace() ? spec.stuck().justReporting() : spec.stuck();
        boolean onThreadOfTheBus = spec.execution().executor() == null;
        Runnable unwatch = lifecycle.watch(dispatcher, rule, onThreadOfTheBus, () -> {});
        lifecycle.start(dispatcher, loop, () -> {
            unwatch.run();
            channel.remove(dispatcher);
            subscription.remove(dispatcher);
        });
    }

    private static String kind(Dispatcher<?> dispatcher, SubscriptionSpec<?> spec) {
        if (dispatcher instanceof FlowDispatcher) {
            return spec.newestOnly() ? "flow newest only" : "flow";
        }
        return spec.kind("in order");
    }

    private void unsubscribe(Subscription subscription) {
        List<Dispatcher<?>> dispatchers = subscription.dispatchers();
        dispatchers.forEach(Dispatcher::detach);
        dispatchers.forEach(lifecycle::awaitEnd);
        wildcards.removeIf(wildcard -> {
            if (wildcard.subscription() != subscription) {
                return false;
            }
            lifecycle.threads().end(wildcard.loop());
            return true;
        });
    }
}

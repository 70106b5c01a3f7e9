package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.dispatch.Dispatcher;
import dev.tokenring.bus.dispatch.Intake;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Has subscriptions join groups, and sees to it that the members of a group agree about what they share. */
final class Groups {
    private final Lifecycle lifecycle;
    private final Recipients recipients;

    Groups(Lifecycle lifecycle, Recipients recipients) {
        this.lifecycle = lifecycle;
        this.recipients = recipients;
    }

    /** Makes a subscription that takes what nobody else has taken: alone, or as one of a group. */
    <T> Dispatcher<T> member(Channel<T> channel, SubscriptionSpec<T> spec, String name, Handler<? super T> handler) {
        Channel.Group<T> present = present(channel, spec);
        if (present != null) {
            checkAgree(present, spec, channel);
            Dispatcher<T> member = join(present, channel, spec, name, handler);
            if (member != null) {
                return member;
            }
            // The last of the others has just left.
        }
        String groupName = spec.group();
        Channel.Group<T> fresh = newGroup(channel, spec, groupName == null ? name : groupName);
        if (groupName != null) {
            channel.putGroup(groupName, fresh);
        }
        return requireNonNull(join(fresh, channel, spec, name, handler));
    }

    private <T> @Nullable Dispatcher<T> join(
            Channel.Group<T> group,
            Channel<T> channel,
            SubscriptionSpec<T> spec,
            String name,
            Handler<? super T> handler) {
        Intake<T> intake = group.intake();
        return intake.newMember(
                recipients.of(channel, spec, name, handler, intake.retries()),
                lifecycle.threads().executorFor(spec.execution()),
                spec.execution().maxRunning(),
                unread -> {});
    }

    private static <T> Channel.@Nullable Group<T> present(Channel<T> channel, SubscriptionSpec<T> spec) {
        String name = spec.group();
        Channel.Group<T> group = name == null ? null : channel.group(name);
        return group == null || group.intake().isClosed() ? null : group;
    }

    /**
     * Checks that a subscription may join its group, if there are members.
     *
     * @throws IllegalArgumentException if it differs from them in what a group has to have in common
     */
    static <T> void checkAgrees(Channel<T> channel, SubscriptionSpec<T> spec) {
        Channel.Group<T> group = present(channel, spec);
        if (group != null) {
            checkAgree(group, spec, channel);
        }
    }

    private static <T> void checkAgree(Channel.Group<T> group, SubscriptionSpec<T> spec, Channel<T> channel) {
        SubscriptionSpec<T> theirs = group.spec();
        if ((theirs.key() == null) != (spec.key() == null) || theirs.urgentFirst() != spec.urgentFirst()) {
            throw new IllegalArgumentException("group " + spec.group() + " of "
                    + channel.topic().name() + " is " + order(theirs) + ", but the new member is " + order(spec)
                    + ": give all members the same keyedBy and urgentFirst, or this one another group");
        }
        String differing = differing(theirs, spec);
        if (differing != null) {
            throw new IllegalArgumentException("group " + spec.group() + " of "
                    + channel.topic().name() + " has another " + differing
                    + " than the new member, and any of them may get any message: make all members with one builder, give"
                    + " them the same " + differing + " object, or give this one another group");
        }
    }

    /** What two members of a group have to have in common, and don't; null if they agree. */
    private static @Nullable String differing(SubscriptionSpec<?> one, SubscriptionSpec<?> other) {
        if (!Objects.equals(one.key(), other.key())) {
            return "key function";
        }
        if (!Objects.equals(one.filter(), other.filter())) {
            return "filter";
        }
        return one.retry().equals(other.retry()) ? null : "retry policy";
    }

    private static String order(SubscriptionSpec<?> spec) {
        return (spec.key() != null ? "keyed" : "not keyed") + " and " + (spec.urgentFirst() ? "" : "not ")
                + "urgentFirst";
    }

    private <T> Channel.Group<T> newGroup(Channel<T> channel, SubscriptionSpec<T> spec, String name) {
        Intake<T> intake = Intake.of(
                channel.ring().join(spec.newestOnly()),
                recipients.retries(channel, spec, name),
                spec.key(),
                spec.urgentFirst(),
                channel.topic().capacity());
        return new Channel.Group<>(intake, spec);
    }
}

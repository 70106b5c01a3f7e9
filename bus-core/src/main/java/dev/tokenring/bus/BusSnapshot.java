package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.inspect.Table;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a bus was doing at one moment. All counts are since the bus, topic, subscription or service came to be. They are
 * read one after the other while messages flow, so they may differ from each other by what happened meanwhile.
 *
 * <p>{@link #toString()} prints three tables, for people. Immutable, hence safe for use by any thread.
 *
 * @param bus the name of the bus
 * @param time when the snapshot was taken
 * @param topics the topics that have a ring, by name
 * @param services the services that have a ring, by name
 */
public record BusSnapshot(String bus, Instant time, List<TopicSnapshot> topics, List<ServiceSnapshot> services) {
    /** Stands in a table instead of a number that another member's line has for the whole group. */
    private static final String OF_GROUP = "^";

    /**
     * Puts topics and services in order.
     *
     * @param bus see the record
     * @param time see the record
     * @param topics see the record, in any order
     * @param services see the record, in any order
     */
    public BusSnapshot {
        requireNonNull(bus, "bus");
        requireNonNull(time, "time");
        topics = topics.stream()
                .sorted(Comparator.comparing(TopicSnapshot::name))
                .toList();
        services = services.stream()
                .sorted(Comparator.comparing(ServiceSnapshot::name))
                .toList();
    }

    /**
     * One topic.
     *
     * @param name the topic's name
     * @param type the type of its messages
     * @param capacity the number of slots of its ring
     * @param published how many messages were published
     * @param refused how many messages were refused since there was no room, or not in time
     * @param used how many slots hold messages that some lossless subscription has not handled yet
     * @param subscriptions those who read it, by name
     */
    public record TopicSnapshot(
            String name,
            Class<?> type,
            int capacity,
            long published,
            long refused,
            long used,
            List<SubscriptionSnapshot> subscriptions) {
        /**
         * Puts the subscriptions in order.
         *
         * @param name see the record
         * @param type see the record
         * @param capacity see the record
         * @param published see the record
         * @param refused see the record
         * @param used see the record
         * @param subscriptions see the record, in any order
         */
        public TopicSnapshot {
            requireNonNull(name, "name");
            requireNonNull(type, "type");
            subscriptions = subscriptions.stream()
                    .sorted(Comparator.comparing(SubscriptionSnapshot::name))
                    .toList();
        }
    }

    /**
     * One subscription.
     *
     * @param name the subscription's name
     * @param kind how it gets its messages, in words such as {@code in order} or {@code keyed group workers}
     * @param group the group that it is a member of, or null; lag, failures, retries and dead letters are then those of the
     *     whole group
     * @param delivered how many messages it is done with, whatever came of them
     * @param lag how many published messages it is not done with
     * @param failures how often its handler threw
     * @param retries how often a message was tried again
     * @param deadLetters how many messages were given up
     * @param missed how many messages were overwritten before it could read them; 0 if it is lossless
     * @param threadName the thread that its handler is called on, or null if it has none of its own
     */
    public record SubscriptionSnapshot(
            String name,
            String kind,
            @Nullable String group,
            long delivered,
            long lag,
            long failures,
            long retries,
            long deadLetters,
            long missed,
            @Nullable String threadName) {}

    /**
     * One service. Each request that was made is in one of the counts behind: the requests are the sum of those in flight,
     * the replies, and the ends without a reply. A request that comes or ends while the snapshot is taken may be among the
     * replies too early; in the next one it is where it belongs.
     *
     * @param name the service's name
     * @param responders how many handlers serve it
     * @param capacity how many requests may be in flight with each of them
     * @param inFlight how many requests were made and have not ended
     * @param requests how many requests were made, those included that were turned away at once; who asks several handlers
     *     makes several
     * @param replies how many were answered
     * @param failures how many failed in the handler: {@link RequestFailure#HANDLER_FAILED}
     * @param timeouts how many ended since their time was over: {@link RequestFailure#TIMEOUT}
     * @param cancellations how many were cancelled by their caller: {@link RequestFailure#CANCELLED}
     * @param sheds how many were turned away since there were too many: {@link RequestFailure#OVERLOADED}
     * @param abandoned how many ended since nobody served them any more: {@link RequestFailure#NO_HANDLER} and {@link
     *     RequestFailure#CLOSED}
     */
    public record ServiceSnapshot(
            String name,
            int responders,
            int capacity,
            long inFlight,
            long requests,
            long replies,
            long failures,
            long timeouts,
            long cancellations,
            long sheds,
            long abandoned) {}

    /**
     * Prints the topics, the subscriptions and the services as a table each, with one line for each of them in the order
     * of their names. Where a number is that of a whole group, it stands in the line of the first member, and {@code ^} in
     * those of the others.
     *
     * @return lines of text; the last one ends with a line feed too
     */
    @Override
    public String toString() {
        var text = new StringBuilder("bus ")
                .append(bus)
                .append(" at ")
                .append(time.truncatedTo(ChronoUnit.MILLIS))
                .append('\n');
        topicTable().appendTo(text);
        subscriptionTable().appendTo(text);
        serviceTable().appendTo(text);
        return text.toString();
    }

    private Table topicTable() {
        var table = new Table("topic", "type", "capacity", "used", "published", "refused");
        for (TopicSnapshot topic : topics) {
            table.add(
                    topic.name, topic.type.getSimpleName(), topic.capacity, topic.used, topic.published, topic.refused);
        }
        return table;
    }

    private Table subscriptionTable() {
        var table = new Table(
                "topic",
                "subscription",
                "kind",
                "delivered",
                "lag",
                "failures",
                "retries",
                "dead letters",
                "missed",
                "thread");
        for (TopicSnapshot topic : topics) {
            Set<String> groups = new HashSet<>();
            for (SubscriptionSnapshot reader : topic.subscriptions) {
                boolean first = reader.group == null || groups.add(reader.group);
                table.add(
                        topic.name,
                        reader.name,
                        reader.kind,
                        reader.delivered,
                        first ? reader.lag : OF_GROUP,
                        first ? reader.failures : OF_GROUP,
                        first ? reader.retries : OF_GROUP,
                        first ? reader.deadLetters : OF_GROUP,
                        reader.missed,
                        reader.threadName == null ? "-" : reader.threadName);
            }
        }
        return table;
    }

    private Table serviceTable() {
        var table = new Table(
                "service",
                "responders",
                "capacity",
                "in flight",
                "requests",
                "replies",
                "failures",
                "timeouts",
                "cancelled",
                "shed",
                "abandoned");
        for (ServiceSnapshot service : services) {
            table.add(
                    service.name,
                    service.responders,
                    service.capacity,
                    service.inFlight,
                    service.requests,
                    service.replies,
                    service.failures,
                    service.timeouts,
                    service.cancellations,
                    service.sheds,
                    service.abandoned);
        }
        return table;
    }
}

package dev.tokenring.bus;

import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a {@link SubscriptionBuilder} has been told. */
record SubscriptionSpec<T>(
        @Nullable String name,
        @Nullable String group,
        @Nullable Function<? super T, ?> key,
        @Nullable Predicate<? super T> filter,
        boolean newestOnly,
        boolean urgentFirst,
        Execution execution,
        RetryPolicy retry,
        StuckRule stuck) {

    static <T> SubscriptionSpec<T> plain(RetryPolicy retry, StuckRule stuck) {
        return new SubscriptionSpec<>(null, null, null, null, false, false, Execution.ownThread(), retry, stuck);
    }

    SubscriptionSpec<T> withName(@Nullable String changed) {
        return new SubscriptionSpec<>(changed, group, key, filter, newestOnly, urgentFirst, execution, retry, stuck);
    }

    SubscriptionSpec<T> withGroup(String changed) {
        return new SubscriptionSpec<>(name, changed, key, filter, newestOnly, urgentFirst, execution, retry, stuck);
    }

    SubscriptionSpec<T> withKey(Function<? super T, ?> changed) {
        return new SubscriptionSpec<>(name, group, changed, filter, newestOnly, urgentFirst, execution, retry, stuck);
    }

    SubscriptionSpec<T> withFilter(Predicate<? super T> changed) {
        return new SubscriptionSpec<>(name, group, key, changed, newestOnly, urgentFirst, execution, retry, stuck);
    }

    SubscriptionSpec<T> withNewestOnly() {
        return new SubscriptionSpec<>(name, group, key, filter, true, urgentFirst, execution, retry, stuck);
    }

    SubscriptionSpec<T> withUrgentFirst() {
        return new SubscriptionSpec<>(name, group, key, filter, newestOnly, true, execution, retry, stuck);
    }

    SubscriptionSpec<T> withExecution(Execution changed) {
        return new SubscriptionSpec<>(name, group, key, filter, newestOnly, urgentFirst, changed, retry, stuck);
    }

    SubscriptionSpec<T> withRetry(RetryPolicy changed) {
        return new SubscriptionSpec<>(name, group, key, filter, newestOnly, urgentFirst, execution, changed, stuck);
    }

    SubscriptionSpec<T> withStuck(StuckRule changed) {
        return new SubscriptionSpec<>(name, group, key, filter, newestOnly, urgentFirst, execution, retry, changed);
    }

    /** How messages are delivered, in words; {@code unless} if there is nothing to say about it. */
    String kind(String unless) {
        String threads = execution.isConcurrent() && group == null ? "on other threads" : "";
        String kind = Stream.of(
                        newestOnly ? "newest only" : "",
                        urgentFirst ? "urgent first" : "",
                        key != null ? "keyed" : "",
                        group != null ? "group " + group : "",
                        threads)
                .filter(word -> !word.isEmpty())
                .collect(Collectors.joining(" "));
        return kind.isEmpty() ? unless : kind;
    }

    /** Whether messages have to be taken out of the ring before they are handled, because their order may change. */
    boolean isTaking() {
        return group != null || key != null || newestOnly || urgentFirst || execution.isConcurrent();
    }

    /** Checks what can be known without the topic. */
    SubscriptionSpec<T> validated() {
        refuseIf(key != null && urgentFirst, "a key and urgentFirst: messages of a key keep their order");
        refuseIf(newestOnly && key != null, "a key and newestOnly");
        refuseIf(newestOnly && urgentFirst, "urgentFirst and newestOnly");
        refuseIf(newestOnly && group != null, "a group and newestOnly");
        return this;
    }

    private static void refuseIf(boolean clash, String what) {
        if (clash) {
            throw new IllegalArgumentException("a subscription can't have both " + what + "; leave one of them out");
        }
    }

    /** Checks that a topic can be read like this. */
    void checkFits(Topic<?> topic) {
        if (topic.isInPlace() && (isTaking() || retry.maxAttempts() > 1)) {
            throw new IllegalArgumentException(topic + " has its messages in place: they can't wait beside the ring, so"
                    + " a subscription to it can't have a group, a key, newestOnly, urgentFirst, retries, or other threads"
                    + " than its own or an event loop's; publish by reference (Topic.of) for that");
        }
    }
}

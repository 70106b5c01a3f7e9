package dev.tokenring.bus.dispatch;

import dev.tokenring.bus.Handler;
import dev.tokenring.bus.Headers;
import dev.tokenring.bus.RetryPolicy;
import dev.tokenring.bus.WaitStrategy;
import dev.tokenring.bus.failure.Guard;
import dev.tokenring.bus.ring.Ring;
import dev.tokenring.bus.time.Clock;
import dev.tokenring.bus.time.Timers;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A group whose members join, take and leave on the threads of a test; without a bus and its threads. */
final class StressedGroup {
    private final Ring<String> ring = new Ring<>(4, false, null);
    private final Loop loop = new Loop(this, "stressed", WaitStrategy.BLOCKING, false);
    private final Handler<String> handler;
    private final Retries<String> retries;
    private final Intake<String> intake;

    StressedGroup(Handler<String> handler, @Nullable Function<String, ?> key) {
        this.handler = handler;
        retries = new Retries<>(
                "members",
                RetryPolicy.NONE,
                ring.capacity(),
                new Timers(Clock.SYSTEM),
                new Guard(error -> {}),
                (subscription, message, delivery, lastError) -> {});
        intake = Intake.of(ring.join(false), retries, key, false, ring.capacity());
    }

    void publish(String message) {
        ring.offer(message, Headers.NONE);
    }

    /** Gives null if the last of the other members has just left. */
    @Nullable TakingDispatcher<String> tryJoin() {
        var recipient = Recipient.of("stressed", "member", handler, null, retries);
        return intake.newMember(recipient, null, 1, unread -> {});
    }

    /** Joins a group that others are in for sure. */
    TakingDispatcher<String> join() {
        TakingDispatcher<String> member = tryJoin();
        if (member == null) {
            throw new AssertionError("the group has a member who stays");
        }
        return member;
    }

    /** Has a member handle so many messages at most, as its loop does. */
    void handle(TakingDispatcher<String> member, int max) {
        member.poll(loop, max);
    }

    /** How many messages the group is not done with, by its own count. */
    long unfinished() {
        return intake.unfinished();
    }
}

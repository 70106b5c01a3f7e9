package dev.tokenring.bus.dispatch;

import java.util.concurrent.atomic.AtomicInteger;

/** A group that counts how often each of its two messages is handled. */
final class CountedGroup {
    private static final String FIRST = "first";
    private static final String SECOND = "second";

    private final AtomicInteger first = new AtomicInteger();
    private final AtomicInteger second = new AtomicInteger();
    private final StressedGroup group =
            new StressedGroup((message, context) -> (message.equals(FIRST) ? first : second).incrementAndGet(), null);

    StressedGroup group() {
        return group;
    }

    void publishFirst() {
        group.publish(FIRST);
    }

    void publishSecond() {
        group.publish(SECOND);
    }

    int firstHandled() {
        return first.get();
    }

    int secondHandled() {
        return second.get();
    }
}

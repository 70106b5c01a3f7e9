package dev.tokenring.benchmarks;

import dev.tokenring.benchmarks.peer.Lane;
import dev.tokenring.benchmarks.peer.Lane.Message;

/**
 * A receiver that adds up what it gets, and lets the publisher wait for the last message of a round and check the sum: a
 * message lost or doubled fails the run.
 *
 * <p>One thread receives, and one awaits.
 */
final class Sum implements Lane.Receiver {
    private final RoundCheck check;

    private long total;
    private long count;
    private long announceAt;
    private volatile long announced;

    private Sum(RoundCheck check) {
        this.check = check;
        announceAt = check.messagesPerRound();
    }

    /** Expects each of these messages once a round, in any order. */
    static Sum of(Message... round) {
        return new Sum(RoundCheck.of(round));
    }

    /** Expects each of the values from 1 to this one once a round, in any order. */
    static Sum ofValuesTo(long last) {
        return new Sum(new RoundCheck(last, last * (last + 1) / 2));
    }

    @Override
    public void receive(Message message) {
        add(message.value());
    }

    /** Adds the value of one message. */
    void add(long value) {
        total += value;
        count++;
        if (count == announceAt) {
            announceAt += check.messagesPerRound();
            announced = count;
        }
    }

    /**
     * Waits until all messages of one more round were received.
     *
     * @return the sum of all rounds, which it has checked
     */
    long awaitRound() {
        return check.awaitRound(() -> announced, () -> total);
    }

    /**
     * Waits until all messages of one more round were received by each of these.
     *
     * @return the sum of all, which they have checked
     */
    static long awaitRound(Sum... sums) {
        long total = 0;
        for (Sum sum : sums) {
            total += sum.awaitRound();
        }
        return total;
    }
}

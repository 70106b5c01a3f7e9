package dev.tokenring.benchmarks;

import dev.tokenring.benchmarks.peer.Lane;
import dev.tokenring.benchmarks.peer.Lane.Message;
import org.jspecify.annotations.Nullable;

/**
 * A receiver that adds up what it gets, and lets the publisher wait for the last message of a round and check the sum: a
 * message lost or doubled fails the run, and, where one thread publishes, one that comes out of its turn.
 *
 * <p>One thread receives, and one awaits.
 */
final class Sum implements Lane.Receiver {
    private final RoundCheck check;
    private final boolean inOrder;
    private final long first;
    private final long step;

    private long total;
    private long count;
    private long announceAt;
    private long expected;
    private volatile long announced;
    private volatile @Nullable String outOfTurn;

    private Sum(RoundCheck check, boolean inOrder, long first, long step) {
        this.check = check;
        this.inOrder = inOrder;
        this.first = first;
        this.step = step;
        announceAt = check.messagesPerRound();
        expected = first;
    }

    /** Expects each of these messages once a round, in any order. */
    static Sum of(Message... round) {
        return new Sum(RoundCheck.of(round), false, 0, 0);
    }

    /**
     * Expects each of these messages once a round, in this order. Their values must be evenly spaced, so that comparing a value
     * with a number is all that the order costs.
     */
    static Sum inOrder(Message... round) {
        long first = round[0].value();
        long step = round.length > 1 ? round[1].value() - first : 0;
        for (int i = 0; i < round.length; i++) {
            if (round[i].value() != first + i * step) {
                throw new IllegalArgumentException(round[i] + " is not " + step + " after the one before");
            }
        }
        return new Sum(RoundCheck.of(round), true, first, step);
    }

    /** Expects each of the values from 1 to this one once a round, in order. */
    static Sum ofValuesTo(long last) {
        return new Sum(new RoundCheck(last, last * (last + 1) / 2), true, 1, 1);
    }

    @Override
    public void receive(Message message) {
        add(message.value());
    }

    /** Adds the value of one message. */
    void add(long value) {
        if (inOrder) {
            if (value != expected) {
                note(value);
            }
            expected = value + step;
        }
        total += value;
        count++;
        if (count == announceAt) {
            announceAt += check.messagesPerRound();
            expected = first;
            announced = count;
        }
    }

    private void note(long value) {
        if (outOfTurn == null) {
            outOfTurn = value + " came instead of " + expected + ", as number " + (count + 1) + " of all";
        }
    }

    /**
     * Waits until all messages of one more round were received.
     *
     * @return the sum of all rounds, which it has checked
     */
    long awaitRound() {
        return check.awaitRound(this::announcedInOrder, () -> total);
    }

    private long announcedInOrder() {
        long received = announced;
        if (outOfTurn != null) {
            throw new IllegalStateException(outOfTurn);
        }
        return received;
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

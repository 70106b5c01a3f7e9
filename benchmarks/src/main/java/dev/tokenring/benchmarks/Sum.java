package dev.tokenring.benchmarks;

import dev.tokenring.benchmarks.peer.Lane;
import dev.tokenring.benchmarks.peer.Lane.Message;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * A receiver that adds up what it gets, and lets the publisher wait for the last message of a round and check the sum: a
 * message lost or doubled fails the run.
 *
 * <p>One thread receives, and one awaits.
 */
final class Sum implements Lane.Receiver {
    private static final long GIVE_UP_NS = TimeUnit.SECONDS.toNanos(30);

    private final long messagesPerRound;
    private final long totalPerRound;

    private long total;
    private long count;
    private long announceAt;
    private volatile long announced;

    private long roundsAwaited;

    private Sum(long messagesPerRound, long totalPerRound) {
        this.messagesPerRound = messagesPerRound;
        this.totalPerRound = totalPerRound;
        announceAt = messagesPerRound;
    }

    /** Expects each of these messages once a round, in any order. */
    static Sum of(Message... round) {
        return new Sum(
                round.length, Arrays.stream(round).mapToLong(Message::value).sum());
    }

    /** Expects each of the values from 1 to this one once a round, in any order. */
    static Sum ofValuesTo(long last) {
        return new Sum(last, last * (last + 1) / 2);
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
            announceAt += messagesPerRound;
            announced = count;
        }
    }

    /**
     * Waits until all messages of one more round were received. It yields meanwhile: with more threads than cores, whoever
     * still publishes or handles needs this one's core.
     *
     * @return the sum of all rounds, which it has checked
     */
    long awaitRound() {
        roundsAwaited++;
        long expected = roundsAwaited * messagesPerRound;
        long startNs = System.nanoTime();
        while (announced < expected) {
            Thread.yield();
            if (System.nanoTime() - startNs > GIVE_UP_NS) {
                throw new IllegalStateException("round " + roundsAwaited + " is not complete after 30 s");
            }
        }
        if (total != roundsAwaited * totalPerRound) {
            throw new IllegalStateException("the sum after round " + roundsAwaited + " is " + total + " instead of "
                    + roundsAwaited * totalPerRound);
        }
        return total;
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

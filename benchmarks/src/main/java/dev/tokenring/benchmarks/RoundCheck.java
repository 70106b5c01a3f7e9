package dev.tokenring.benchmarks;

import dev.tokenring.benchmarks.peer.Lane.Message;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** What is expected of each round: so many messages, with that sum. For one thread, which awaits one round after the other. */
final class RoundCheck {
    private static final long GIVE_UP_NS = TimeUnit.SECONDS.toNanos(30);

    private final long messagesPerRound;
    private final long totalPerRound;
    private final long giveUpNs;
    private long rounds;

    RoundCheck(long messagesPerRound, long totalPerRound) {
        this(messagesPerRound, totalPerRound, GIVE_UP_NS);
    }

    RoundCheck(long messagesPerRound, long totalPerRound, long giveUpNs) {
        this.messagesPerRound = messagesPerRound;
        this.totalPerRound = totalPerRound;
        this.giveUpNs = giveUpNs;
    }

    /** Expects each of these messages once a round. */
    static RoundCheck of(Message... round) {
        return new RoundCheck(
                round.length, Arrays.stream(round).mapToLong(Message::value).sum());
    }

    long messagesPerRound() {
        return messagesPerRound;
    }

    /**
     * Waits until all messages of one more round were received. It yields meanwhile: with more threads than cores, whoever
     * still publishes or handles needs this one's core.
     *
     * @param received how many messages were received in all rounds; it makes visible what came with them
     * @param total their sum
     * @return the sum of all rounds, which it has checked
     */
    long awaitRound(LongSupplier received, LongSupplier total) {
        rounds++;
        long startNs = System.nanoTime();
        while (received.getAsLong() < rounds * messagesPerRound) {
            Thread.yield();
            if (System.nanoTime() - startNs > giveUpNs) {
                throw new IllegalStateException("round " + rounds + " is not complete after "
                        + TimeUnit.NANOSECONDS.toSeconds(giveUpNs) + " s: " + received.getAsLong()
                        + " messages came in all, of " + rounds * messagesPerRound);
            }
        }
        long sum = total.getAsLong();
        if (sum != rounds * totalPerRound) {
            throw new IllegalStateException(
                    "the sum after round " + rounds + " is " + sum + " instead of " + rounds * totalPerRound);
        }
        return sum;
    }
}

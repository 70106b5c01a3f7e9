package dev.tokenring.benchmarks;

import com.lmax.disruptor.Sequence;
import dev.tokenring.benchmarks.peer.Lane.Message;
import dev.tokenring.benchmarks.peer.Lane.Receiver;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * Receivers that share the messages of a round in whatever way, and add up what each of them gets. Each counts in a cache line
 * of its own, so that they don't slow each other down.
 *
 * <p>One thread for each member receives, and one awaits.
 */
final class SharedSum {
    private final Member[] members;
    private final RoundCheck check;

    private static final class Member implements Receiver {
        private final Sequence total = new Sequence(0);
        private final Sequence count = new Sequence(0);

        @Override
        public void receive(Message message) {
            total.set(total.get() + message.value());
            count.set(count.get() + 1);
        }
    }

    /** Expects each of these messages once a round, at one of the members. */
    SharedSum(int members, Message... round) {
        this.members = Stream.generate(Member::new).limit(members).toArray(Member[]::new);
        check = RoundCheck.of(round);
    }

    Receiver[] members() {
        return members.clone();
    }

    /**
     * Waits until all messages of one more round were received.
     *
     * @return the sum of all rounds, which it has checked
     */
    long awaitRound() {
        return check.awaitRound(() -> sumOf(true), () -> sumOf(false));
    }

    private long sumOf(boolean counts) {
        return Arrays.stream(members)
                .map(member -> counts ? member.count : member.total)
                .mapToLong(Sequence::get)
                .sum();
    }
}

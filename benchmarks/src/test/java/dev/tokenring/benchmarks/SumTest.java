package dev.tokenring.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenring.benchmarks.peer.Lane;
import dev.tokenring.benchmarks.peer.Lane.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A peer that does something wrong fails the run. */
class SumTest {
    private final Message[] round = Message.numbered(10);

    @Test
    void roundAfterRoundInOrderPasses() {
        Sum sum = Sum.inOrder(round);
        assertThat(rounds(2, Fault.NONE, sum)).isEqualTo(110);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void whereOnePublishesWhatIsLostOrDoubledOrSwappedFails(Fault fault) {
        Sum sum = Sum.inOrder(round);
        assertThatThrownBy(() -> rounds(1, fault, sum))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageMatching("[34] came instead of [34], as number [34] of all");
    }

    @Test
    void aShareOfTheMessagesHasAnOrderToo() {
        Sum sum = Sum.inOrder(round[1], round[4], round[7]);
        sum.add(2);
        sum.add(8);
        sum.add(5);
        assertThatThrownBy(sum::awaitRound).hasMessage("8 came instead of 5, as number 2 of all");
    }

    @Test
    void whereManyPublishAnyOrderPassesButNoneIsDoubled() {
        assertThat(rounds(1, Fault.SWAPPED, Sum.of(round))).isEqualTo(55);
        assertThatThrownBy(() -> rounds(1, Fault.DOUBLED, Sum.of(round)))
                .hasMessage("the sum after round 1 is 58 instead of 55");
    }

    @Test
    void whereManyPublishNoneIsLost() {
        var check = new RoundCheck(10, 55, 1);
        assertThatThrownBy(() -> check.awaitRound(() -> 9, () -> 52))
                .hasMessageContaining("9 messages came in all, of 10");
    }

    @Test
    void messagesThatAreNotEvenlySpacedHaveNoOrderThatCouldBeChecked() {
        assertThatThrownBy(() -> Sum.inOrder(round[0], round[1], round[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not 1 after the one before");
    }

    private long rounds(int rounds, Fault fault, Sum sum) {
        Lane lane = fault.lane(sum);
        long total = 0;
        for (int i = 0; i < rounds; i++) {
            lane.publishEach(round);
            total = sum.awaitRound();
        }
        return total;
    }
}

package dev.tokenring.benchmarks.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The search for the highest rate that is sustained. */
class CalibrationTest {
    @ParameterizedTest
    @ValueSource(ints = {100_000, 100_001, 350_000, 3_199_999, 3_200_000, 19_000_000})
    void findsTheKneeFromBelow(int knee) {
        int found = Calibration.highestSustained(rate -> rate <= knee);
        assertThat(found).isLessThanOrEqualTo(knee).isGreaterThan((int) (knee / 1.2));
    }

    @Test
    void stopsWhereTheClockIsAllThatIsMeasured() {
        assertThat(Calibration.highestSustained(rate -> true)).isEqualTo(Calibration.HIGHEST_PER_S);
    }

    @Test
    void saysSoIfNothingIsSustained() {
        assertThatThrownBy(() -> Calibration.highestSustained(rate -> false))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("not even 100000 messages per second are sustained: give the rates as numbers");
    }

    @Test
    void oneHiccupDoesNotCount() {
        List<Integer> tried = new ArrayList<>();
        int found = Calibration.highestSustained(rate -> {
            tried.add(rate);
            return rate <= 1_000_000 && tried.size() % 2 == 0;
        });
        assertThat(found).isBetween(850_000, 1_000_000);
    }
}

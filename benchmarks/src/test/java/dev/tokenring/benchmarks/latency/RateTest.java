package dev.tokenring.benchmarks.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateTest {
    @Test
    void isANumberOrAPartOfWhatIsSustained() {
        assertThat(Rate.parse("100000").perS(0)).isEqualTo(100_000);
        assertThat(Rate.parse("50%").perS(3_000_000)).isEqualTo(1_500_000);
        assertThat(Rate.parse("50%").relative()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "%", "0", "-5", "101%", "0%", "fast", "1e12", "NaN"})
    void wrongOneIsRefusedWithTheRule(String wrong) {
        assertThatThrownBy(() -> Rate.parse(wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rate is " + wrong + ": give messages per second, from 1 to 25600000, or percent of the"
                        + " highest sustained rate, from 1% to 100%");
    }
}

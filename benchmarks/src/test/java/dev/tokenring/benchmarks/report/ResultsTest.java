package dev.tokenring.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tokenring.benchmarks.measure.Machine;
import dev.tokenring.benchmarks.ratio.Comparison;
import dev.tokenring.benchmarks.ratio.Findings;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultsTest {
    @Test
    void laterRowsOfAnotherMachineAreRefused() {
        Results before = MadeUp.results();
        Machine here = before.machine();
        List<Comparison> rows = List.of(MadeUp.MET);
        var newerJdk = new Machine(
                here.processor(), here.processors(), here.memoryMib(), here.system(), "another JVM", here.flags());
        var elsewhere =
                new Machine("another", here.processors(), here.memoryMib(), here.system(), here.jvm(), here.flags());

        assertThat(before.with(new Findings(newerJdk, null, null, rows)).comparisons())
                .contains(MadeUp.MET);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> before.with(new Findings(elsewhere, null, null, rows)))
                .withMessageContaining("another");
    }

    @Test
    void promisesThatWereCheckedAgainTakeTheirPlace() {
        var again = new Comparison(
                MadeUp.MISSED.name(),
                MadeUp.MISSED.promise(),
                MadeUp.MISSED.bar(),
                MadeUp.MISSED.ours(),
                MadeUp.MISSED.reference(),
                List.of(2.5));
        Results mended = MadeUp.results().with(new Findings(MadeUp.results().machine(), null, null, List.of(again)));
        assertThat(mended.comparisons()).containsExactly(MadeUp.MET, again, MadeUp.BYTES);
    }
}

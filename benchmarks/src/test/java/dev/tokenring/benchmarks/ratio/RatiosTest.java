package dev.tokenring.benchmarks.ratio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.benchmarks.PublishByReference;
import dev.tokenring.benchmarks.measure.Metric;
import dev.tokenring.benchmarks.measure.Setting;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class RatiosTest {
    private static final Setting NEVER_RUN = Setting.of(PublishByReference.class, Metric.THROUGHPUT);

    private final StringWriter errors = new StringWriter();

    @Test
    void aNameThatNoRowHasIsNamedTogetherWithThoseThatThereAre() {
        int exitCode = new CommandLine(new Ratios())
                .setErr(new PrintWriter(errors, true))
                .execute("--only", "round-trip-vertx,no-such-row");

        assertThat(exitCode).isEqualTo(2);
        assertThat(errors.toString())
                .contains("there is no row no-such-row: take some of ")
                .contains("round-trip-vertx", "replay");
    }

    @Test
    void aRowThatCannotRunYetIsAskedForInVainButWithoutFailing() {
        assertThat(new CommandLine(new Ratios()).execute("--only", "replay")).isZero();
    }

    @Test
    void everyRowHasANameOfItsOwn() {
        assertThat(Rows.all())
                .extracting(Row::name)
                .doesNotHaveDuplicates()
                .doesNotContainAnyElementsOf(Rows.NOT_RUN.keySet());
    }

    @Test
    void everyRowHasAReferenceIfItsBarNeedsOne() {
        assertThat(Rows.all()).allSatisfy(row -> assertThat(row.reference() != null)
                .as(row.name())
                .isEqualTo(row.bar().needsReference()));
    }

    @Test
    void aRowThatMissesSomethingHereSaysWhatAndIsNotRun() {
        var row = new Row("row", "a promise", Bar.bytesAtMost(1), NEVER_RUN, null, false, 1, () -> "another machine");

        assertThat(Ratios.missing(List.of(row))).containsExactly(Map.entry("row", "another machine"));
        assertThat(Ratios.missing(List.of(new Row("row", "a promise", Bar.bytesAtMost(1), NEVER_RUN, null, false))))
                .isEmpty();
    }
}

package dev.tokenring.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.benchmarks.measure.Metric;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ElsewhereTest {
    @Test
    void ratiosOfOtherMachinesStandBesideThese(@TempDir Path folder) throws Exception {
        Results here = MadeUp.results();
        Path elsewhere = Files.createDirectories(folder.resolve(Elsewhere.FOLDER));
        here.write(elsewhere.resolve("another.json"));
        assertThat(Elsewhere.besides(folder).table(here))
                .contains("### On other machines")
                .contains("| " + MadeUp.MET.promise() + " | " + MadeUp.MET.bar() + " | ")
                .contains("**" + Metric.print(MadeUp.MISSED.ratio()) + "** | **" + Metric.print(MadeUp.MISSED.ratio())
                        + "** |");
        assertThat(Elsewhere.besides(folder.resolve("none")).table(here)).isEmpty();
    }
}

package dev.tokenring.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.benchmarks.measure.Metric;
import java.io.IOException;
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

    @Test
    void whichFilesOfOtherMachinesWereTakenIsSaid(@TempDir Path folder) throws IOException {
        Path elsewhere = folder.resolve(Elsewhere.FOLDER);
        assertThat(Elsewhere.besides(folder).files())
                .isEqualTo("other machines: none, as there is no .json file in " + elsewhere);

        Files.createDirectories(elsewhere);
        Path one = elsewhere.resolve("one.json");
        Path two = elsewhere.resolve("two.json");
        MadeUp.results().write(one);
        MadeUp.results().write(two);
        assertThat(Elsewhere.besides(folder).files()).isEqualTo("other machines: " + one + ", " + two);
    }
}

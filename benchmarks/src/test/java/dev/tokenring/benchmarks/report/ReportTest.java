package dev.tokenring.benchmarks.report;

import static java.nio.file.Files.readString;
import static java.nio.file.Files.writeString;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.benchmarks.measure.Setting;
import dev.tokenring.benchmarks.ratio.Comparison;
import dev.tokenring.benchmarks.ratio.Findings;
import dev.tokenring.benchmarks.ratio.Ratios;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ReportTest {
    private static final Pattern PICTURE = Pattern.compile("!\\[[^]]+]\\(([^)]+)\\)");

    @TempDir
    private Path root;

    private final StringWriter errors = new StringWriter();
    private Path readme = Path.of("");
    private Path out = Path.of("");
    private Path earlier = Path.of("");

    @BeforeEach
    void writeAnEarlierReport() throws IOException {
        readme = root.resolve("README.md");
        out = root.resolve("docs/benchmarks");
        earlier = root.resolve("earlier.json");
        writeString(readme, "# Project\n\n<!-- numbers -->\nold\n<!-- /numbers -->\n\nThe end.\n");
        MadeUp.results().write(earlier);
    }

    @Test
    void resultsComeBackAsTheyWereWritten() {
        assertThat(Results.read(earlier)).isEqualTo(MadeUp.results());
    }

    @Test
    void pageShowsEveryChartThatIsWritten() throws IOException {
        assertThat(render(earlier)).as(errors.toString()).isZero();

        List<String> shown = PICTURE.matcher(readString(out.resolve("README.md")))
                .results()
                .map(picture -> picture.group(1))
                .toList();
        assertThat(shown)
                .containsExactly(
                        "by-reference.svg",
                        "in-place.svg",
                        "round-trip.svg",
                        "round-trip-joined.svg",
                        "broadcast.svg",
                        "many-topics.svg",
                        "three-publishers.svg",
                        "group.svg",
                        "pipeline.svg",
                        "diamond.svg",
                        "fan-in.svg",
                        "streamed-reply.svg",
                        "generation-house.svg",
                        "generation-124m.svg",
                        "generation-limit.svg",
                        "generation-others.svg",
                        "batching-gain.svg",
                        "sweep-first-token-p50.svg",
                        "sweep-first-token-p99.svg",
                        "sweep-goodput.svg",
                        "latency-adaptive-100000-per-s.svg");
        assertThat(filesIn(out)).containsAll(shown).contains("results.json", "README.md");
    }

    @Test
    void everyLinkOfThePageLeadsToAFileOfTheRepository() throws IOException {
        render(earlier);

        Path repository = Path.of("..").toAbsolutePath().normalize();
        Path published = repository.resolve("docs/benchmarks");
        List<String> links = Pattern.compile("(?<!!)\\[[^]]+]\\((\\.\\./[^)]+)\\)")
                .matcher(readString(out.resolve("README.md")))
                .results()
                .map(link -> link.group(1))
                .distinct()
                .toList();
        assertThat(links).hasSizeGreaterThan(5).allSatisfy(link -> assertThat(
                        published.resolve(link).normalize())
                .exists());
    }

    @Test
    void pageBeginsWithWhereAndWhenItWasMeasured() throws IOException {
        render(earlier);

        assertThat(readString(out.resolve("README.md")).lines().limit(30).toList())
                .contains(
                        "| processor | a processor, 2 for the JVM |",
                        "| memory | 4096 MiB |",
                        "| system | Linux 6.1 |",
                        "| JVM | a JVM 17 |",
                        "| flags | none beyond the benchmarks' own |",
                        "| commit | `0123456789abcdef` |",
                        "| date | 2024-02-29T12:00:00Z |")
                .anyMatch(line -> line.startsWith("| each JVM | 2 × 1 s to warm up, 2 × 1 s that count; "));
    }

    @Test
    void pageSaysWhereWeWinAndWhereWeLose() throws IOException {
        render(earlier);

        assertThat(readString(out.resolve("README.md")))
                .contains("Tokenring has 50.00 million/s (40.00 to 60.00 in 3 JVMs), Disruptor by hand 10.00")
                .contains("so Tokenring is 5.00 times as good")
                .contains("**JCTools MPSC** is 4.00 times as good: it is a queue and nothing else.")
                .contains("**two rings by hand, busy-spin** is 5.00 times as good: two rings know neither")
                .contains("lose, and why:** Nowhere, in this chart and on this machine.");
    }

    @Test
    void pageSaysWhatMoreAndMoreRequestsDoToAModelsUsers() throws IOException {
        render(earlier);

        assertThat(readString(out.resolve("README.md")))
                .contains(
                        "At 8 times of what is answered one at a time, continuous batches have a goodput of 800 tokens/s,"
                                + " one at a time 100, static batches 400.")
                .contains(
                        "**time per token, p50**: better by more than a tenth are one at a time at 0.5 (2.00 to 4.00), one at a time at 8")
                .contains("| 8 | 80.00 | continuous batches | 10.00 | 20.00 | 4.00 | 8.00 | 800 | 80 | 6 | 4 |")
                .contains("as long as 5.00 and 10.00 answers take one at a time");
    }

    @Test
    void pageSaysWhoCouldNotBeRunAndWhy() throws IOException {
        render(earlier);

        assertThat(readString(out.resolve("README.md"))).contains("Not run: Jlama, F32 (needs a newer JDK).");
    }

    @Test
    void chartsLeaveOutPeersThatCantBeRunAndMeasureTheRest() {
        List<Setting> all = Report.toMeasure(Set.of(), List.of());
        List<Setting> without = Report.toMeasure(new TreeSet<>(Set.of("JLAMA")), List.of());

        assertThat(all).anySatisfy(setting -> assertThat(setting.params()).containsEntry("peer", "JLAMA"));
        assertThat(all).anySatisfy(setting -> assertThat(setting.params()).doesNotContainKey("peer"));
        assertThat(without).hasSizeLessThan(all.size()).allSatisfy(setting -> assertThat(setting.params())
                .doesNotContainEntry("peer", "JLAMA"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "{}", "[]", "{\"machine\"", "{\"name\": \"another program's\"}"})
    void filesOfSomethingElseAreRefusedByName(String content) throws IOException {
        Path file = Files.writeString(root.resolve("something.json"), content);
        for (String option : List.of("--newer", "--from")) {
            var said = new StringWriter();
            var command = new CommandLine(new Report()).setErr(new PrintWriter(said));
            List<String> args = new ArrayList<>(
                    List.of("--readme", readme.toString(), "--out", out.toString(), option, file.toString()));
            if (option.equals("--newer")) {
                args.addAll(List.of("--from", earlier.toString()));
            }

            assertThat(command.execute(args.toArray(String[]::new)))
                    .as("%s: %s", option, said)
                    .isEqualTo(2);
            assertThat(said.toString()).startsWith(file + " can't be read as ");
        }
    }

    @Test
    void aFolderThatCantBeWrittenIsRefusedBeforeAnythingIsMeasured() throws IOException {
        Path file = Files.createFile(root.resolve("a-file"));
        var command = new CommandLine(new Report()).setErr(new PrintWriter(errors));

        assertThat(command.execute(
                        "--readme",
                        readme.toString(),
                        "--out",
                        file.resolve("page").toString()))
                .isEqualTo(2);
        assertThat(errors.toString().lines().findFirst())
                .contains("--out is " + file.resolve("page") + ": give a folder that can be written, or can be made");
    }

    @Test
    void aChartHasARoundAtLeast() {
        var command = new CommandLine(new Report()).setErr(new PrintWriter(errors));

        assertThat(command.execute("--readme", readme.toString(), "--out", out.toString(), "--rounds", "0"))
                .isEqualTo(2);
        assertThat(errors.toString().lines().findFirst())
                .contains("--rounds is 0: give a whole number that is 1 or more");
    }

    @Test
    void aReportThatMeasuresNothingCantGoOnMeasuring() {
        var command = new CommandLine(new Report()).setErr(new PrintWriter(errors));

        assertThat(command.execute(
                        "--readme",
                        readme.toString(),
                        "--out",
                        out.toString(),
                        "--from",
                        earlier.toString(),
                        "--resume"))
                .isEqualTo(2);
        assertThat(errors.toString()).contains("--from").contains("--resume");
    }

    @Test
    void rowsOfALaterRunTakeThePlaceOfTheirsOrAreAdded() {
        Results before = MadeUp.results();
        Comparison again = renamed(MadeUp.MET, MadeUp.MISSED.name());
        Comparison first = renamed(MadeUp.MET, "replay");

        Results after = before.with(new Findings(before.machine(), null, null, List.of(again, first)));

        assertThat(after.comparisons()).contains(again, first).doesNotContain(MadeUp.MISSED);
        assertThat(after.comparisons()).hasSize(before.comparisons().size() + 1);
        assertThat(before.notRun()).containsKey("replay");
        assertThat(after.notRun()).doesNotContainKey("replay");
    }

    private static Comparison renamed(Comparison one, String name) {
        return new Comparison(name, one.promise(), one.bar(), one.ours(), one.reference(), one.ratios());
    }

    @Test
    void resultsOfATimeBeforeTheSweepAreStillWritten() throws IOException {
        Results now = MadeUp.results();
        new Results(
                        now.machine(),
                        now.commit(),
                        now.date(),
                        now.figures(),
                        now.comparisons(),
                        now.notRun(),
                        now.latencies(),
                        now.idle(),
                        null,
                        null)
                .write(earlier);

        assertThat(render(earlier)).as(errors.toString()).isZero();
        assertThat(out.resolve("sweep-goodput.svg")).doesNotExist();
    }

    @Test
    void pageSaysWhereFiguresOfOtherMachinesComeFrom() throws IOException {
        render(earlier);
        assertThat(readString(out.resolve("README.md"))).doesNotContain("table of other machines");

        MadeUp.results()
                .write(Files.createDirectories(out.resolve(Elsewhere.FOLDER)).resolve("another.json"));
        render(earlier);
        assertThat(readString(out.resolve("README.md"))).contains("which is in [elsewhere](elsewhere)");
    }

    @Test
    void nothingLeadsOutOfTheRepository() throws IOException {
        render(earlier);

        for (String file : filesIn(out)) {
            assertThat(readString(out.resolve(file))).as(file).doesNotContain(root.toString(), "](/", "file:");
        }
    }

    @Test
    void theSameResultsGiveTheSameBytes() throws IOException {
        render(earlier);
        Path again = root.resolve("docs/again");
        execute("--from", earlier.toString(), "--out", again.toString(), "--readme", readme.toString());

        assertThat(filesIn(again)).isEqualTo(filesIn(out));
        for (String file : filesIn(out)) {
            assertThat(again.resolve(file)).hasSameTextualContentAs(out.resolve(file));
        }
    }

    @Test
    void numbersOfTheReadmeAreReplacedAndTheRestIsNot() throws IOException {
        assertThat(render(earlier)).isZero();

        assertThat(readString(readme))
                .startsWith("# Project\n\n<!-- numbers -->\n")
                .endsWith("\n<!-- /numbers -->\n\nThe end.\n")
                .contains("(docs/benchmarks/README.md)", "commit `0123456789abcdef`", "a processor, 2 processors")
                .doesNotContain("old");
    }

    @Test
    void writingTwiceIsWritingOnce() throws IOException {
        render(earlier);
        String once = readString(readme);
        render(out.resolve("results.json"));

        assertThat(readString(readme)).isEqualTo(once);
    }

    @Test
    void everyPromiseHasARowThatSaysWhetherItIsMet() throws IOException {
        render(earlier);

        assertThat(readString(out.resolve("README.md")).lines())
                .contains(
                        "| faster than a snail | 10.00 million/s | 20.00 | 1.25 | 1.00 to 1.50 | ≥ 0.90 | met |",
                        "| faster than a hare | 10.00 million/s | 20.00 | 0.50 | 0.25 to 0.75 | ≥ 2.00 | **MISSED** |",
                        "| allocated by a message | 88.00 million/s | – | – | – | ≤ 88 ± 0.25 | met |");
    }

    @Test
    void readmeShowsWhatIsMissedAndWhatUsersAskAboutFirst() throws IOException {
        Comparison first = renamed(MadeUp.MET, "round-trip-vertx");
        MadeUp.results()
                .with(new Findings(MadeUp.results().machine(), null, null, List.of(first)))
                .write(earlier);

        render(earlier);

        assertThat(readString(readme)).contains("3 of 4 promises are met; here are all that are not");
        assertThat(readString(readme).lines().filter(line -> line.startsWith("| faster")))
                .hasSize(2)
                .anyMatch(line -> line.contains("a hare") && line.contains("MISSED"))
                .anyMatch(line -> line.contains("a snail"));
        assertThat(Ratios.names()).containsAll(Readme.ASKED_FIRST);
    }

    @Test
    void readmeWithoutAPlaceForNumbersIsNamedTogetherWithTheMarkers() throws IOException {
        writeString(readme, "# Project\n");

        assertThat(render(earlier)).isEqualTo(2);
        assertThat(errors.toString())
                .contains(readme
                        + " has no place for the numbers: put <!-- numbers --> and, below it, <!-- /numbers -->");
        assertThat(out).doesNotExist();
    }

    @Test
    void markersInTheWrongOrderAreNoPlaceForNumbers() throws IOException {
        writeString(readme, "<!-- /numbers -->\n<!-- numbers -->\n");

        assertThat(render(earlier)).isEqualTo(2);
        assertThat(errors.toString()).contains("has no place for the numbers");
    }

    @Test
    void missingResultsAreNamed() {
        Path missing = root.resolve("missing.json");

        assertThat(render(missing)).isEqualTo(2);
        assertThat(errors.toString()).contains("there is no file " + missing + ": name the results.json");
    }

    @Test
    void resultsThatAreNoneAreNamed() throws IOException {
        writeString(earlier, "[ 1, 2");

        assertThat(render(earlier)).isEqualTo(2);
        assertThat(errors.toString()).contains(earlier + " can't be read as Results");
    }

    private int render(Path results) {
        return execute("--from", results.toString(), "--out", out.toString(), "--readme", readme.toString());
    }

    private int execute(String... options) {
        return new CommandLine(new Report())
                .setErr(new PrintWriter(errors, true))
                .execute(options);
    }

    private static List<String> filesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}

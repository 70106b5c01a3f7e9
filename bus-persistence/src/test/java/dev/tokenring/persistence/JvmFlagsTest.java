package dev.tokenring.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class JvmFlagsTest {
    @TempDir
    Path directory;

    /** Opens a journal, appends, rolls, reads, closes, opens again; prints nothing. */
    static final class WholeLife {
        public static void main(String[] args) {
            Path directory = Path.of(args[0]);
            for (int round = 1; round <= 2; round++) {
                try (var journal = Journal.open(directory, Note.CODEC, JournalTest.SMALL)) {
                    for (int i = 0; i < 1_000; i++) {
                        journal.append(Note.of(i));
                    }
                    try (var reader = journal.read()) {
                        if (JournalTest.numbers(reader).size() != round * 1_000) {
                            System.exit(3);
                        }
                    }
                }
            }
        }
    }

    /** The standard error of a program that opens a journal without any flag. */
    private static String message = "";

    @BeforeAll
    static void openWithoutFlags(@TempDir Path directory) throws Exception {
        var result = ChildJvm.run(ChildJvm.command(List.of(), WholeLife.class, directory));
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(Files.list(directory)).isEmpty();
        message = result.err();
    }

    @Test
    void theBuildUsesExactlyTheRequiredFlags() {
        assertThat(ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                        .filter(flag -> flag.startsWith("--add-")))
                .containsExactlyInAnyOrderElementsOf(JvmFlags.required());
        assertThat(JvmFlags.missing()).isEmpty();
    }

    @Test
    void withTheRequiredFlagsAJournalLivesAndNothingIsPrinted() throws Exception {
        var result = ChildJvm.run(ChildJvm.command(ChildJvm.ALL_FLAGS, WholeLife.class, directory));
        assertThat(result).isEqualTo(new ChildJvm.Result(0, "", ""));
    }

    @Test
    void withoutTheFlagsOpenSaysWhichToAddAndWhere() {
        String flags = String.join(" ", JvmFlags.required());
        assertThat(message)
                .contains("JournalException: This JVM was started without " + flags)
                .contains("\n  " + flags + "\n")
                .contains("<argLine>" + flags + "</argLine>")
                .contains("  Add-Exports: java.base/jdk.internal.ref\n")
                .contains("  Add-Opens: java.base/java.lang.reflect java.base/sun.nio.ch\n")
                .doesNotContain("net.openhft");
    }

    @Test
    void exactlyThePrintedFlagsWork() throws Exception {
        Matcher argLine = Pattern.compile("<argLine>(.*)</argLine>").matcher(message);
        assertThat(argLine.find()).isTrue();
        var result =
                ChildJvm.run(ChildJvm.command(Arrays.asList(argLine.group(1).split(" ")), WholeLife.class, directory));
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void anySingleMissingFlagIsNamed() throws Exception {
        for (String missing : JvmFlags.required()) {
            List<String> others = JvmFlags.required().stream()
                    .filter(flag -> !flag.equals(missing))
                    .toList();
            var result = ChildJvm.run(ChildJvm.command(others, WholeLife.class, directory));
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.err()).contains("started without " + missing + ", which");
        }
    }

    @Test
    void theManifestOfAnExecutableJarWorksToo() throws Exception {
        var manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(Attributes.Name.MAIN_CLASS, WholeLife.class.getName());
        attributes.put(
                Attributes.Name.CLASS_PATH,
                Stream.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator))
                        .map(entry -> Path.of(entry).toUri().toString())
                        .collect(Collectors.joining(" ")));
        Matcher line = Pattern.compile("\n  (Add-[A-Za-z]+): ([^\n]+)").matcher(message);
        while (line.find()) {
            attributes.putValue(line.group(1), line.group(2));
        }
        assertThat(attributes).containsAllEntriesOf(asAttributes());

        Path jar = directory.resolve("app.jar");
        write(jar, manifest);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var result = ChildJvm.run(ChildJvm.builder(List.of(
                java, "-jar", jar.toString(), directory.resolve("journal").toString())));
        assertThat(result.exitCode()).as(result.err()).isZero();
    }

    private static Attributes asAttributes() {
        var attributes = new Attributes();
        JvmFlags.manifestAttributes().forEach(attributes::putValue);
        return attributes;
    }

    private static void write(Path jar, Manifest manifest) throws IOException {
        try (OutputStream out = Files.newOutputStream(jar);
                var jarOut = new JarOutputStream(out, manifest)) {
            jarOut.finish();
        }
    }
}

package dev.tokenring.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every Java block in the README, in docs/ and in the Javadoc stands, but for white space, between two marks in a test of
 * this package.
 */
class SnippetsTest {
    private static final Path REPOSITORY = Path.of("..");
    private static final Path TESTS = Path.of("src/test/java/dev/tokenring/examples/docs");

    @TestFactory
    Stream<DynamicTest> everyBlockOfThePagesIsCompiledAndRun() throws IOException {
        return tests(filesBelow(REPOSITORY, ".md"), page -> between(page, "```java", "```"));
    }

    @TestFactory
    Stream<DynamicTest> everyBlockOfTheJavadocIsCompiledAndRun() throws IOException {
        List<Path> sources = filesBelow(REPOSITORY, ".java").stream()
                .filter(file -> file.toString().contains("/src/main/"))
                .toList();
        return tests(sources, source -> between(withoutAsterisks(source), "<pre>{@code", "}</pre>"));
    }

    private static Stream<DynamicTest> tests(List<Path> files, Function<List<String>, List<String>> blocksOf)
            throws IOException {
        List<String> tested = testedSnippets();
        var tests = new ArrayList<DynamicTest>();
        for (Path file : files) {
            for (String block : blocksOf.apply(Files.readAllLines(file))) {
                tests.add(DynamicTest.dynamicTest(
                        REPOSITORY.relativize(file) + ": " + block.substring(0, Math.min(60, block.length())),
                        () -> assertThat(tested).contains(block)));
            }
        }
        assertThat(tests).as("there are some").isNotEmpty();
        return tests.stream();
    }

    private static List<Path> filesBelow(Path root, String ending) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .filter(file -> !file.toString().contains("/target/"))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> withoutAsterisks(List<String> lines) {
        return lines.stream().map(line -> line.replaceFirst("^ *\\* ?", "")).toList();
    }

    private static List<String> testedSnippets() throws IOException {
        var snippets = new ArrayList<String>();
        for (Path file : filesBelow(TESTS, ".java")) {
            snippets.addAll(between(Files.readAllLines(file), "// snippet", "// end"));
        }
        return snippets;
    }

    /**
     * What stands between a line that is {@code start} and one that is {@code end}, without white space; lines between
     * {@code // not shown} and {@code // shown} are left out.
     */
    private static List<String> between(List<String> lines, String start, String end) {
        var found = new ArrayList<String>();
        StringBuilder open = null;
        boolean shown = true;
        for (String line : lines) {
            if (open == null) {
                open = line.strip().equals(start) ? new StringBuilder() : null;
            } else if (line.strip().equals(end)) {
                found.add(open.toString().replaceAll("\\s+", ""));
                open = null;
            } else if (line.strip().equals("// not shown") || line.strip().equals("// shown")) {
                shown = line.strip().equals("// shown");
            } else if (shown) {
                open.append(line).append('\n');
            }
        }
        return found;
    }
}

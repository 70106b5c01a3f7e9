package dev.tokenring.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every Java block in the README and in docs/ stands, to the letter, between two marks in a test of this package. */
class SnippetsTest {
    private static final Path REPOSITORY = Path.of("..");
    private static final Path TESTS = Path.of("src/test/java/dev/tokenring/examples/docs");

    @TestFactory
    Stream<DynamicTest> everyBlockIsCompiledAndRun() throws IOException {
        List<String> tested = testedSnippets();
        List<DynamicTest> tests = new ArrayList<>();
        for (Path page : pages()) {
            List<String> blocks = blocks(Files.readAllLines(page));
            for (int i = 0; i < blocks.size(); i++) {
                String block = blocks.get(i);
                tests.add(DynamicTest.dynamicTest(
                        REPOSITORY.relativize(page) + ", block " + (i + 1),
                        () -> assertThat(tested).contains(block)));
            }
        }
        assertThat(tests).as("the README alone has some").isNotEmpty();
        return tests.stream();
    }

    private static List<Path> pages() throws IOException {
        var pages =
                new ArrayList<Path>(List.of(REPOSITORY.resolve("README.md"), REPOSITORY.resolve("CONTRIBUTING.md")));
        try (Stream<Path> docs = Files.walk(REPOSITORY.resolve("docs"))) {
            docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
        }
        return pages;
    }

    private static List<String> blocks(List<String> lines) {
        return between(lines, "```java", "```");
    }

    private static List<String> testedSnippets() throws IOException {
        var snippets = new ArrayList<String>();
        try (Stream<Path> files = Files.list(TESTS)) {
            for (Path file : files.sorted().toList()) {
                snippets.addAll(between(Files.readAllLines(file), "// snippet", "// end"));
            }
        }
        return snippets;
    }

    /** The runs of lines between a line that is {@code start} and one that is {@code end}, each moved to the left edge. */
    private static List<String> between(List<String> lines, String start, String end) {
        var found = new ArrayList<String>();
        List<String> open = null;
        for (String line : lines) {
            if (open == null) {
                open = line.strip().equals(start) ? new ArrayList<>() : null;
            } else if (line.strip().equals(end)) {
                found.add(String.join("\n", open).stripIndent().strip());
                open = null;
            } else {
                open.add(line);
            }
        }
        return found.stream().collect(Collectors.toList());
    }
}

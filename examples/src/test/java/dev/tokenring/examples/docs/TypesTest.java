package dev.tokenring.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page of public types lists each that a module exports, and no other, module by module. */
class TypesTest {
    private static final Path PAGE = Path.of("../docs/types.md");
    private static final Pattern HEADING = Pattern.compile("(?m)^## (\\S+)$");
    private static final Pattern LISTED = Pattern.compile("(?m)^\\| `(\\w+)` \\|");
    private static final Pattern PUBLIC_TYPE = Pattern.compile("(?m)^public (?:final |sealed |non-sealed |abstract )*"
            + "(?:class|interface|record|enum|@interface) (\\w+)");
    private static final Pattern EXPORTED = Pattern.compile("(?m)^ +exports (\\S+);");

    /** A module without a descriptor is named for its face, which is all that it shows. */
    private static final Pattern FACE = Pattern.compile("<Automatic-Module-Name>(\\S+)</Automatic-Module-Name>");

    @Test
    void pageHasAPartForEachModule() throws IOException {
        assertThat(found(HEADING, Files.readString(PAGE)))
                .containsExactly("bus-core", "bus-codec", "bus-persistence", "llm-handlers");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bus-core", "bus-codec", "bus-persistence", "llm-handlers"})
    void pageListsEveryPublicTypeOfAModule(String module) throws IOException {
        Path sources = Path.of("..", module, "src/main/java");
        List<String> present = new ArrayList<>();
        for (String exported : packages(module, sources)) {
            try (Stream<Path> files = Files.list(sources.resolve(exported.replace('.', '/')))) {
                for (Path file :
                        files.filter(one -> one.toString().endsWith(".java")).toList()) {
                    present.addAll(found(PUBLIC_TYPE, Files.readString(file)));
                }
            }
        }
        assertThat(present).isNotEmpty();
        assertThat(found(LISTED, partOf(module))).containsExactlyInAnyOrderElementsOf(present);
    }

    private static List<String> packages(String module, Path sources) throws IOException {
        Path descriptor = sources.resolve("module-info.java");
        return Files.exists(descriptor)
                ? found(EXPORTED, Files.readString(descriptor))
                : found(FACE, Files.readString(Path.of("..", module, "pom.xml")));
    }

    private static String partOf(String module) throws IOException {
        return Arrays.stream(Files.readString(PAGE).split("(?m)^## "))
                .filter(part -> part.startsWith(module + "\n"))
                .findFirst()
                .orElse("");
    }

    private static List<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(hit -> hit.group(1)).toList();
    }
}

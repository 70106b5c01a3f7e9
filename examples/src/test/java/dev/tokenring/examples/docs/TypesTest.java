package dev.tokenring.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page of public types lists each of them, and no other. */
class TypesTest {
    private static final Path FACE = Path.of("../bus-core/src/main/java/dev/tokenring/bus");
    private static final Path SPI = FACE.resolve("spi");
    private static final Pattern PUBLIC_TYPE = Pattern.compile(
            "(?m)^public (?:final |sealed |abstract )*(?:class|interface|record|enum|@interface) (\\w+)");
    private static final Pattern LISTED = Pattern.compile("(?m)^\\| `(\\w+)` \\|");

    @Test
    void pageListsEveryPublicType() throws IOException {
        List<String> present = new ArrayList<>();
        try (Stream<Path> files = Stream.concat(Files.list(FACE), Files.list(SPI))) {
            for (Path file :
                    files.filter(one -> one.toString().endsWith(".java")).toList()) {
                present.addAll(found(PUBLIC_TYPE, file));
            }
        }
        assertThat(found(LISTED, Path.of("../docs/types.md"))).containsExactlyInAnyOrderElementsOf(present);
    }

    private static List<String> found(Pattern pattern, Path file) throws IOException {
        return pattern.matcher(Files.readString(file))
                .results()
                .map(hit -> hit.group(1))
                .toList();
    }
}

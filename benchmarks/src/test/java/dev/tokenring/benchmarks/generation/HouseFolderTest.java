package dev.tokenring.benchmarks.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HouseFolderTest {
    @TempDir
    private Path root;

    @Test
    void isFoundFromBelowTheRepositorysRoot() throws IOException {
        Path house = Files.createDirectories(root.resolve("examples/models/house-dialogue"));
        Path jar = root.resolve("benchmarks/target/benchmarks.jar");

        assertThat(HouseFolder.find(List.of(Path.of("/"), jar))).isEqualTo(house);
    }

    @Test
    void isToldHowToBeNamedIfItIsNowhere() {
        assertThatThrownBy(() -> HouseFolder.find(List.of(root)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("examples/models/house-dialogue")
                .hasMessageContaining(root.toString())
                .hasMessageContaining("-Dtokenring.house=FOLDER");
    }
}

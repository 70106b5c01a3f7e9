package dev.tokenring.benchmarks.generation;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the house model is: in the repository, and so are the working folder, or else the jar, or the classes. */
final class HouseFolder {
    /** Names the folder, where it is elsewhere. JVMs that JMH starts get it too. */
    static final String PROPERTY = "tokenring.house";

    private static final Path IN_REPOSITORY = Path.of("examples", "models", "house-dialogue");

    private HouseFolder() {}

    static Path find() {
        String given = System.getProperty(PROPERTY);
        if (given != null) {
            return Path.of(given);
        }
        List<Path> starts = new ArrayList<>(List.of(Path.of("").toAbsolutePath()));
        Path code = placeOfCode();
        if (code != null) {
            starts.add(code);
        }
        return find(starts);
    }

    /** Looks in each of these folders and in all above it. */
    static Path find(List<Path> starts) {
        for (Path start : starts) {
            for (Path folder = start; folder != null; folder = folder.getParent()) {
                Path house = folder.resolve(IN_REPOSITORY);
                if (Files.isDirectory(house)) {
                    return house;
                }
            }
        }
        throw new IllegalStateException("there is no " + IN_REPOSITORY + " in or above any of " + starts
                + ": run this in the repository, or name the folder with -D" + PROPERTY + "=FOLDER before -jar");
    }

    private static @Nullable Path placeOfCode() {
        CodeSource source = HouseFolder.class.getProtectionDomain().getCodeSource();
        try {
            return source == null ? null : Path.of(source.getLocation().toURI()).toAbsolutePath();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the code comes from " + source.getLocation(), e);
        }
    }
}

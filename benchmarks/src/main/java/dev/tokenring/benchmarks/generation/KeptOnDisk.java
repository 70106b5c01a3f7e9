package dev.tokenring.benchmarks.generation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Large files and folders that are made once and then kept. They are written under another name and renamed when they are
 * whole, so that no JVM meets a half.
 */
final class KeptOnDisk {
    private KeptOnDisk() {}

    /** Writes a file or a folder of the name that it is given. */
    interface Maker {
        void write(Path target) throws IOException;
    }

    /**
     * Makes it, unless it is there.
     *
     * @return the same path
     */
    static Path of(Path target, Maker maker) {
        if (Files.exists(target)) {
            return target;
        }
        Path half = target.resolveSibling(target.getFileName() + "." + UUID.randomUUID());
        try {
            Files.createDirectories(half.toAbsolutePath().getParent());
            maker.write(half);
            rename(half, target);
        } catch (IOException e) {
            throw new UncheckedIOException("can't write " + target, e);
        } finally {
            delete(half);
        }
        return target;
    }

    private static void rename(Path half, Path target) throws IOException {
        try {
            Files.move(half, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (!Files.exists(target)) {
                throw e;
            }
            // Another JVM was faster, with the same content.
        }
    }

    private static void delete(Path half) {
        if (!Files.exists(half)) {
            return;
        }
        try (Stream<Path> files = Files.walk(half)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't delete " + half, e);
        }
    }
}

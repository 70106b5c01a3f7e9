package dev.tokenring.persistence;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Brings the end of a journal in order before Chronicle Queue opens it.
 *
 * <p>Only the last segment can be torn, so only it is checked, frame by frame:
 *
 * <ul>
 *   <li>Junk behind the last finished entry is what a dying process left of an entry that it never acknowledged. It is
 *       overwritten with zeros.
 *   <li>Finished entries that are damaged, with no intact one behind them, are cut: the segment is written anew from its
 *       intact entries, by Chronicle Queue itself, so that its index is right, and the old file is kept aside. What comes
 *       next goes to a new segment, so that no position is given out twice.
 *   <li>A damaged entry with intact ones behind it stays, so that they keep their positions.
 *   <li>If intact entries lie where the chain of entries does not lead, nothing is touched and the journal does not open:
 *       to cut there would be to throw away what was acknowledged.
 * </ul>
 */
final class TailRecovery {
    private static final String REBUILD_DIRECTORY = "rebuild";
    private static final String ASIDE_SUFFIX = ".damaged";

    private final Path directory;
    private final JournalSizes sizes;
    private final TreeSet<Integer> segments = new TreeSet<>();

    private long cutBytes;
    private long lostEntries;
    private long damagedEntries;
    private @Nullable Path keptAside;

    private TailRecovery(Path directory, JournalSizes sizes) {
        this.directory = directory;
        this.sizes = sizes;
    }

    static SegmentTail recover(Path directory, JournalSizes sizes) throws IOException {
        var recovery = new TailRecovery(directory, sizes);
        recovery.deleteRebuild();
        recovery.listSegments();
        return recovery.mendLast();
    }

    private void listSegments() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = file.getFileName().toString();
                if (name.endsWith(".cq4")) {
                    segments.add(SegmentCycle.segmentOf(name)
                            .orElseThrow(
                                    () -> new JournalException(file + " is no file of a journal: give the journal a"
                                            + " directory of its own, or move that file away")));
                }
            }
        }
        for (int segment : segments) {
            if (segment != segments.last() && !segments.contains(segment + 1)) {
                throw new JournalException(fileOf(segment + 1) + " is missing, but there are files before and after it:"
                        + " restore it from a copy, or move the files before it away to go on without them");
            }
        }
    }

    private SegmentTail mendLast() throws IOException {
        int next = 0;
        while (!segments.isEmpty()) {
            next = segments.last();
            var scan = SegmentScan.of(fileOf(next));
            if (scan.begun() || scan.hasIntactEntriesBehindTheChain()) {
                return mend(next, scan);
            }
            // the process died while it began this file: no entry is in it yet
            cutBytes += scan.usedBytes();
            Files.delete(fileOf(next));
            segments.remove(next);
        }
        return new SegmentTail(next, next - 1, 0, 0, next, outcome());
    }

    private SegmentTail mend(int last, SegmentScan scan) throws IOException {
        if (scan.hasIntactEntriesBehindTheChain()) {
            throw new JournalException(
                    fileOf(last) + " is damaged at byte " + scan.chainEnd() + ", and intact messages lie"
                            + " behind the damage: restore the file from a copy, or move it away to go on without its messages");
        }
        damagedEntries = scan.damagedEntries();
        if (!scan.isConsistent()) {
            rebuild(last, scan);
            return new SegmentTail(segments.first(), last, scan.entries(), 0, last + 1, outcome());
        }
        if (!scan.ended() && scan.usedBytes() > scan.chainEnd()) {
            cutBytes += scan.usedBytes() - scan.chainEnd();
            overwriteWithZeros(fileOf(last), scan.chainEnd(), scan.usedBytes());
        }
        return new SegmentTail(
                segments.first(), last, scan.entries(), scan.chainEnd(), scan.ended() ? last + 1 : last, outcome());
    }

    private Recovery outcome() {
        return new Recovery(cutBytes, lostEntries, damagedEntries, Optional.ofNullable(keptAside));
    }

    private void rebuild(int segment, SegmentScan scan) throws IOException {
        Path damaged = fileOf(segment);
        Path aside = asideOf(damaged);
        cutBytes += Math.max(0, scan.usedBytes() - scan.intactEnd());
        lostEntries = scan.entriesEver() - scan.entries();
        keptAside = aside;

        Path rebuildDirectory = Files.createDirectory(directory.resolve(REBUILD_DIRECTORY));
        try (var store = new SegmentStore(
                rebuildDirectory,
                new JournalSizes(Long.MAX_VALUE, sizes.blockBytes()),
                new SegmentTail(segment, segment - 1, 0, 0, segment, Recovery.NOTHING))) {
            store.begin();
            scan.forEachEntry(frame -> {
                byte[] bytes = new byte[frame.remaining()];
                frame.get(bytes);
                store.append(bytes, bytes.length);
            });
        }
        Files.copy(damaged, aside);
        Path rebuilt = rebuildDirectory.resolve(damaged.getFileName());
        Files.move(rebuilt, damaged, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        deleteRebuild();
    }

    private void deleteRebuild() throws IOException {
        Path rebuildDirectory = directory.resolve(REBUILD_DIRECTORY);
        if (Files.isDirectory(rebuildDirectory)) {
            try (Stream<Path> files = Files.list(rebuildDirectory)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    Files.delete(file);
                }
            }
            Files.delete(rebuildDirectory);
        }
    }

    private static Path asideOf(Path damaged) {
        Path aside = damaged.resolveSibling(damaged.getFileName() + ASIDE_SUFFIX);
        for (int n = 2; Files.exists(aside); n++) {
            aside = damaged.resolveSibling(damaged.getFileName() + ASIDE_SUFFIX + "-" + n);
        }
        return aside;
    }

    private static void overwriteWithZeros(Path path, long from, long to) throws IOException {
        try (var file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(from);
            var zeros = new byte[64 << 10];
            for (long at = from; at < to; at += zeros.length) {
                file.write(zeros, 0, (int) Math.min(zeros.length, to - at));
            }
        }
    }

    private Path fileOf(int segment) {
        return directory.resolve(SegmentCycle.fileName(segment));
    }
}

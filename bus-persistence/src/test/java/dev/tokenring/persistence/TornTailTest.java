package dev.tokenring.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenring.bus.Headers;
import dev.tokenring.codec.Frame;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Journals whose end is not as an orderly close leaves it. */
@Timeout(120)
class TornTailTest {
    private static final int ENTRIES = 20;

    @TempDir
    Path directory;

    /** Held, for java.util.logging forgets what nobody holds. */
    private final Logger logger = Logger.getLogger("dev.tokenring.persistence");

    private final List<LogRecord> warnings = new CopyOnWriteArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            warnings.add(record);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void collectWarnings() {
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
    }

    @AfterEach
    void releaseWarnings() {
        logger.removeHandler(handler);
        logger.setUseParentHandlers(true);
    }

    /** Appends some entries in order, then halts in the middle of another. */
    static final class HalfWriter {
        public static void main(String[] args) {
            Path directory = Path.of(args[0]);
            int halfBytes = Integer.parseInt(args[1]);
            try (var journal = Journal.open(directory, Note.CODEC)) {
                for (int i = 0; i < ENTRIES; i++) {
                    journal.append(Note.of(i));
                }
            }
            var queue = SingleChronicleQueueBuilder.binary(directory)
                    .rollCycle(SegmentCycle.INSTANCE)
                    .timeProvider(new SegmentCycle.Clock(0))
                    .blockSize(JournalSizes.DEFAULT.blockBytes())
                    .build();
            byte[] frame = frameOf(new Note(ENTRIES, "torn".repeat(500)));
            var excerpt = queue.createAppender().writingDocument();
            excerpt.wire().bytes().write(frame, 0, Math.min(frame.length, halfBytes));
            Runtime.getRuntime().halt(9);
        }
    }

    private static byte[] frameOf(Note note) {
        var frame = Frame.of(Headers.NONE, Note.CODEC.contentType(), ByteBuffer.wrap(Note.CODEC.encode(note)));
        var bytes = ByteBuffer.allocate(frame.sizeBytes());
        frame.writeTo(bytes);
        return bytes.array();
    }

    private Path segment() {
        return segmentIn(directory);
    }

    private static Path segmentIn(Path directory) {
        return directory.resolve(SegmentCycle.fileName(0));
    }

    private static void fill(Path directory) {
        try (var journal = Journal.open(directory, Note.CODEC)) {
            for (int i = 0; i < ENTRIES; i++) {
                journal.append(Note.of(i));
            }
        }
    }

    private static List<Integer> readAll(Journal<Note> journal) {
        try (var reader = journal.read()) {
            return JournalTest.numbers(reader);
        }
    }

    private static List<Integer> upTo(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    /** Opened, it holds a prefix; it takes a message; opened again, it is in order. Returns the prefix's length. */
    private static int assertHoldsAPrefixAndGoesOn(Path directory) {
        int kept;
        try (var journal = Journal.open(directory, Note.CODEC)) {
            List<Integer> numbers = readAll(journal);
            kept = numbers.size();
            assertThat(numbers).isEqualTo(upTo(kept));
            assertThat(journal.entryCount()).isEqualTo(kept);
            if (kept < ENTRIES) {
                assertThat(journal.recovery().isClean()).isFalse();
            }
            journal.append(Note.of(kept));
            assertThat(readAll(journal)).isEqualTo(upTo(kept + 1));
        }
        try (var journal = Journal.open(directory, Note.CODEC)) {
            assertThat(journal.recovery().isClean()).isTrue();
            assertThat(readAll(journal)).isEqualTo(upTo(kept + 1));
        }
        return kept;
    }

    /** What is the case once per journal, and not for every test of one: a copy is cheaper than a journal. */
    private static Path copyOf(Path journal, Path to) throws IOException {
        if (Files.exists(to)) {
            try (Stream<Path> files = Files.list(to)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    Files.delete(file);
                }
            }
        }
        Files.createDirectories(to);
        Files.copy(segmentIn(journal), segmentIn(to));
        return to;
    }

    private static int usedBytes(Path segment) throws IOException {
        byte[] bytes = Files.readAllBytes(segment);
        int used = bytes.length;
        while (bytes[used - 1] == 0) {
            used--;
        }
        return used;
    }

    @Test
    void anEntryThatTheProcessDiedInIsCutAndCounted() throws Exception {
        for (int halfBytes : new int[] {1, 1_000, 100_000}) {
            Path journalDirectory = directory.resolve("half-" + halfBytes);
            var result =
                    ChildJvm.run(ChildJvm.command(ChildJvm.ALL_FLAGS, HalfWriter.class, journalDirectory, halfBytes));
            assertThat(result.exitCode()).as(result.err()).isEqualTo(9);

            long startNs = System.nanoTime();
            try (var journal = Journal.open(journalDirectory, Note.CODEC)) {
                assertThat(System.nanoTime() - startNs).isLessThan(2_000_000_000L);
                int frameBytes = frameOf(new Note(ENTRIES, "torn".repeat(500))).length;
                assertThat(journal.recovery().cutBytes()).isEqualTo(4 + Math.min(halfBytes, frameBytes));
                assertThat(journal.recovery().lostEntries()).isZero();
                assertThat(journal.recovery().damagedEntries()).isZero();
                assertThat(journal.recovery().keptAside()).isEmpty();
                assertThat(readAll(journal)).isEqualTo(upTo(ENTRIES));
                journal.append(Note.of(ENTRIES));
                assertThat(readAll(journal)).isEqualTo(upTo(ENTRIES + 1));
            }
            assertThat(usedBytes(segmentIn(journalDirectory))).isEqualTo(usedBytesOfInOrder());
        }
    }

    /** The used bytes of a journal to which the same was appended in order. */
    private int usedBytesOfInOrder() throws IOException {
        Path inOrder = directory.resolve("in-order");
        if (!Files.exists(inOrder)) {
            try (var journal = Journal.open(inOrder, Note.CODEC)) {
                for (int i = 0; i <= ENTRIES; i++) {
                    journal.append(Note.of(i));
                }
            }
        }
        return usedBytes(segmentIn(inOrder));
    }

    @Test
    void cutAtAnyByteTheJournalHoldsAPrefixAndGoesOn() throws IOException {
        fill(directory);
        int used = usedBytes(segment());
        var kept = new ArrayList<Integer>();
        for (int length : placesUpTo(used)) {
            Path copy = copyOf(directory, directory.resolve("cut"));
            try (var file = new RandomAccessFile(segmentIn(copy).toFile(), "rw")) {
                file.setLength(length);
            }
            kept.add(assertHoldsAPrefixAndGoesOn(copy));
        }
        assertThat(kept).isSorted().startsWith(0).endsWith(ENTRIES).contains(1, 5, 10, 15);
    }

    @Test
    void overwrittenWithZerosFromAnyByteOnTheJournalHoldsAPrefixAndGoesOn() throws IOException {
        fill(directory);
        int used = usedBytes(segment());
        var kept = new ArrayList<Integer>();
        for (int from : placesUpTo(used)) {
            Path copy = copyOf(directory, directory.resolve("zeros"));
            try (var file = new RandomAccessFile(segmentIn(copy).toFile(), "rw")) {
                file.seek(from);
                file.write(new byte[used - from]);
            }
            kept.add(assertHoldsAPrefixAndGoesOn(copy));
        }
        assertThat(kept).isSorted().startsWith(0).endsWith(ENTRIES).contains(1, 5, 10, 15);
    }

    @Test
    void lostEntriesAreCountedAndTheDamagedFileIsKept() throws IOException {
        fill(directory);
        int used = usedBytes(segment());
        try (var file = new RandomAccessFile(segment().toFile(), "rw")) {
            file.setLength(used - 300);
        }
        byte[] damaged = Files.readAllBytes(segment());
        try (var journal = Journal.open(directory, Note.CODEC)) {
            assertThat(journal.recovery().lostEntries()).isPositive();
            assertThat(journal.recovery().lostEntries() + journal.entryCount()).isEqualTo(ENTRIES);
            assertThat(journal.recovery().keptAside())
                    .hasValueSatisfying(kept -> assertThat(kept).hasBinaryContent(damaged));
            assertThat(warnings).singleElement().satisfies(warning -> {
                assertThat(warning.getLevel()).isEqualTo(Level.WARNING);
                assertThat(warning.getParameters())
                        .contains(directory, "" + journal.recovery().lostEntries());
            });
            long last = journal.last(1).get(0).position();
            long next = journal.append(Note.of(99));
            assertThat(next).as("no position is given out twice").isGreaterThan(last + 20);
            assertThat(journal.readFrom(last + 1).poll()).isNotNull();
        }
    }

    @Test
    void aDamagedEntryAmongIntactOnesStaysAndIsNamedWhenItIsRead() throws IOException {
        fill(directory);
        int at;
        byte[] bytes = Files.readAllBytes(segment());
        at = indexOf(bytes, "\"number\":7,".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        try (var file = new RandomAccessFile(segment().toFile(), "rw")) {
            file.seek(at);
            file.write('#');
        }
        try (var journal = Journal.open(directory, Note.CODEC);
                var reader = journal.read()) {
            assertThat(journal.recovery()).isEqualTo(new Recovery(0, 0, 1, java.util.Optional.empty()));
            assertThat(journal.entryCount()).isEqualTo(ENTRIES);
            for (int i = 0; i < ENTRIES; i++) {
                if (i == 7) {
                    assertThatThrownBy(reader::poll)
                            .isInstanceOf(JournalException.class)
                            .hasMessageContaining("position 7")
                            .hasMessageContaining("damaged");
                } else {
                    assertThat(reader.poll())
                            .isNotNull()
                            .matches(entry -> entry.message().number() == entry.position());
                }
            }
            assertThat(reader.poll()).isNull();
        }
    }

    @Test
    void aBrokenChainBeforeIntactEntriesIsNotCut() throws IOException {
        fill(directory);
        byte[] bytes = Files.readAllBytes(segment());
        int frameAt = indexOf(bytes, new byte[] {'T', 'R', 'F', 1});
        int header = frameAt - 4;
        for (byte[] damage : List.of(new byte[4], new byte[] {1, 2, 3, (byte) 0x80}, new byte[] {0, 0, 0, 0x3F})) {
            Path copy = copyOf(directory, directory.resolve("chain"));
            try (var file = new RandomAccessFile(segmentIn(copy).toFile(), "rw")) {
                file.seek(header);
                file.write(damage);
            }
            byte[] before = Files.readAllBytes(segmentIn(copy));
            assertThatThrownBy(() -> Journal.open(copy, Note.CODEC))
                    .isInstanceOf(JournalException.class)
                    .hasMessageContaining(segmentIn(copy).toString())
                    .hasMessageContaining("byte " + header)
                    .hasMessageContaining("restore");
            assertThat(segmentIn(copy)).hasBinaryContent(before);
        }
    }

    @Test
    void flippedBitsNeverGiveAWrongEntryOrAForeignException() throws IOException {
        fill(directory);
        int used = usedBytes(segment());
        var random = new Random(5);
        int refused = 0;
        for (int round = 0; round < 100; round++) {
            Path copy = copyOf(directory, directory.resolve("flipped"));
            int at = round % 3 == 0 ? random.nextInt(260) : 8_000 + random.nextInt(used - 8_000);
            try (var file = new RandomAccessFile(segmentIn(copy).toFile(), "rw")) {
                file.seek(at);
                int value = file.read();
                file.seek(at);
                file.write(value ^ (1 << random.nextInt(8)));
            }
            try (var journal = Journal.open(copy, Note.CODEC);
                    var reader = journal.read()) {
                int last = -1;
                for (int polls = 0; polls < 2 * ENTRIES; polls++) {
                    try {
                        JournalEntry<Note> entry = reader.poll();
                        if (entry == null) {
                            break;
                        }
                        assertThat(entry.message())
                                .isEqualTo(Note.of(entry.message().number()));
                        assertThat(entry.message().number()).as("byte %d", at).isGreaterThan(last);
                        last = entry.message().number();
                    } catch (JournalException e) {
                        refused++;
                    }
                }
            } catch (JournalException e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void aDamagedMetadataFileIsMadeAnew() throws IOException {
        fill(directory);
        for (byte[] content : List.of(
                new byte[0],
                new byte[] {1, 2, 3},
                "nonsense".repeat(1_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII),
                new byte[70_000])) {
            Files.write(directory.resolve(SegmentStore.METADATA_FILE), content);
            try (var journal = Journal.open(directory, Note.CODEC)) {
                assertThat(readAll(journal)).isEqualTo(upTo(ENTRIES));
            }
        }
        Files.delete(directory.resolve(SegmentStore.METADATA_FILE));
        try (var journal = Journal.open(directory, Note.CODEC)) {
            assertThat(readAll(journal)).isEqualTo(upTo(ENTRIES));
        }
    }

    @Test
    void aSegmentThatWasJustBeingBegunIsBegunAgain() throws IOException {
        fill(directory);
        Path next = directory.resolve(SegmentCycle.fileName(1));
        for (int length : new int[] {0, 3, 100_000}) {
            Files.write(next, new byte[length]);
            try (var journal = Journal.open(directory, Note.CODEC)) {
                assertThat(journal.recovery().isClean()).isTrue();
                assertThat(readAll(journal)).isEqualTo(upTo(ENTRIES));
            }
            assertThat(next).doesNotExist();
        }
        byte[] halfBegun = new byte[50_000];
        halfBegun[100] = 1;
        Files.write(next, halfBegun);
        try (var journal = Journal.open(directory, Note.CODEC)) {
            assertThat(journal.recovery().cutBytes()).isEqualTo(101);
            assertThat(journal.recovery().lostEntries()).isZero();
            journal.append(Note.of(ENTRIES));
            assertThat(readAll(journal)).isEqualTo(upTo(ENTRIES + 1));
        }
    }

    @Test
    void aMissingSegmentIsNamed() throws IOException {
        try (var journal = Journal.open(directory, Note.CODEC, JournalTest.SMALL)) {
            for (int i = 0; i < 3_000; i++) {
                journal.append(Note.of(i));
            }
        }
        Path second = directory.resolve(SegmentCycle.fileName(1));
        Files.delete(second);
        assertThatThrownBy(() -> Journal.open(directory, Note.CODEC, JournalTest.SMALL))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining(second.toString());
    }

    /** Few in the segment's own blocks, many among the entries. Not 0: an empty file is one that is just being begun. */
    private static List<Integer> placesUpTo(int used) {
        var places = new ArrayList<Integer>();
        for (int at = 1; at < used; at += at < 8_400 ? 1_201 : 29) {
            places.add(at);
        }
        places.add(used - 1);
        places.add(used);
        return places;
    }

    private static int indexOf(byte[] bytes, byte[] wanted) {
        for (int at = 0; at <= bytes.length - wanted.length; at++) {
            if (java.util.Arrays.mismatch(bytes, at, at + wanted.length, wanted, 0, wanted.length) < 0) {
                return at;
            }
        }
        throw new AssertionError("not found");
    }
}

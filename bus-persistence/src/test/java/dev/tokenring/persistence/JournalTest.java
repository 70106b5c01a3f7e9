package dev.tokenring.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenring.bus.Headers;
import dev.tokenring.codec.Codec;
import dev.tokenring.codec.CodecException;
import dev.tokenring.codec.JsonCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class JournalTest {
    /** Segments that are full after some hundred notes. */
    static final JournalSizes SMALL = new JournalSizes(64 << 10, 256 << 10);

    @TempDir
    Path directory;

    private Journal<Note> open() {
        return Journal.open(directory, Note.CODEC);
    }

    private Journal<Note> openSmall() {
        return Journal.open(directory, Note.CODEC, SMALL);
    }

    static List<Integer> numbers(JournalReader<Note> reader) {
        var numbers = new ArrayList<Integer>();
        for (JournalEntry<Note> entry = reader.poll(); entry != null; entry = reader.poll()) {
            assertThat(entry.message()).isEqualTo(Note.of(entry.message().number()));
            numbers.add(entry.message().number());
        }
        return numbers;
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    private static List<Integer> numbersOf(List<JournalEntry<Note>> entries) {
        return entries.stream().map(entry -> entry.message().number()).toList();
    }

    private long onDiskBytes() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            long blocks = 0;
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                var du = new ProcessBuilder("du", "-k", file.toString()).start();
                blocks += 1_024 * Long.parseLong(new String(du.getInputStream().readAllBytes()).split("\\s")[0]);
            }
            return blocks;
        }
    }

    @Test
    void whatWasAppendedIsReadBackWithItsHeadersInOrder() {
        Headers headers = Headers.NONE
                .withCorrelationId("c-1")
                .withTime(Instant.parse("2023-06-01T12:00:00.123456789Z"))
                .withEntry("k", "v");
        try (var journal = open()) {
            long first = journal.append(Note.of(1), headers);
            long second = journal.append(Note.of(2));
            assertThat(second).isGreaterThan(first);
            try (var reader = journal.read()) {
                assertThat(reader.poll()).isEqualTo(new JournalEntry<>(first, headers, Note.of(1)));
                assertThat(reader.poll()).isEqualTo(new JournalEntry<>(second, Headers.NONE, Note.of(2)));
                assertThat(reader.poll()).isNull();
            }
        }
    }

    @Test
    void openedAgainItGoesOnWhereItEnded() {
        for (int round = 0; round < 5; round++) {
            try (var journal = open()) {
                assertThat(journal.recovery().isClean()).isTrue();
                assertThat(journal.entryCount()).isEqualTo(round * 10L);
                for (int i = 0; i < 10; i++) {
                    journal.append(Note.of(round * 10 + i));
                }
                assertThat(numbers(journal.read())).isEqualTo(range(0, round * 10 + 10));
            }
        }
    }

    @Test
    void segmentsFollowOneAnotherWithoutAGap() throws IOException {
        int count = 5_000;
        var positions = new ArrayList<Long>();
        try (var journal = openSmall()) {
            var meanwhile = journal.read();
            for (int i = 0; i < count; i++) {
                positions.add(journal.append(Note.of(i)));
                assertThat(meanwhile.poll()).isNotNull();
            }
            assertThat(positions).isSorted().doesNotHaveDuplicates();
            assertThat(numbers(journal.read())).isEqualTo(range(0, count));
            assertThat(journal.entryCount()).isEqualTo(count);
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.filter(file -> file.toString().endsWith(".cq4")).count())
                    .isGreaterThan(5);
        }
        try (var journal = openSmall()) {
            assertThat(journal.recovery().isClean()).isTrue();
            assertThat(journal.entryCount()).isEqualTo(count);
            assertThat(numbers(journal.read())).isEqualTo(range(0, count));
            for (int i = 0; i < count; i += 37) {
                try (var reader = journal.readFrom(positions.get(i))) {
                    JournalEntry<Note> entry = reader.poll();
                    assertThat(entry).isNotNull();
                    assertThat(entry.position()).isEqualTo(positions.get(i));
                    assertThat(entry.message().number()).isEqualTo(i);
                }
                try (var behind = journal.readFrom(positions.get(i) + 1)) {
                    JournalEntry<Note> entry = behind.poll();
                    assertThat(entry).isNotNull();
                    assertThat(entry.message().number()).isEqualTo(i + 1);
                }
            }
        }
    }

    @Test
    void theLastEntriesComeOldestFirstAlsoAcrossSegments() {
        try (var journal = openSmall()) {
            assertThat(journal.last(3)).isEmpty();
            for (int i = 0; i < 2_000; i++) {
                journal.append(Note.of(i));
            }
            assertThat(journal.last(0)).isEmpty();
            for (int count : new int[] {1, 2, 3, 700, 1_999, 2_000}) {
                assertThat(numbersOf(journal.last(count))).isEqualTo(range(2_000 - count, 2_000));
            }
            assertThat(numbersOf(journal.last(5_000))).isEqualTo(range(0, 2_000));
            assertThatThrownBy(() -> journal.last(-1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("-1");
        }
    }

    /** So the time to open does not grow with the journal. */
    @Test
    void openingDoesNotLookAtTheSegmentsInTheMiddle() throws IOException {
        long last = -1;
        try (var journal = openSmall()) {
            for (int i = 0; i < 5_000; i++) {
                last = journal.append(Note.of(i));
            }
        }
        int lastSegment = SegmentCycle.INSTANCE.toCycle(last);
        assertThat(lastSegment).isGreaterThan(5);
        for (int segment = 1; segment < lastSegment - 1; segment++) {
            Files.writeString(directory.resolve(SegmentCycle.fileName(segment)), "no segment");
        }
        try (var journal = openSmall()) {
            assertThat(journal.recovery().isClean()).isTrue();
            assertThat(numbersOf(journal.last(3))).isEqualTo(range(4_997, 5_000));
            try (var reader = journal.readFrom(last)) {
                journal.append(Note.of(5_000));
                assertThat(numbers(reader)).isEqualTo(range(4_999, 5_001));
            }
            assertThatThrownBy(journal::entryCount)
                    .isInstanceOf(JournalException.class)
                    .hasMessageContaining(SegmentCycle.fileName(lastSegment - 2));
        }
    }

    @Test
    void openedAgainItStillHasItsLastEntriesAcrossSegments() {
        try (var journal = openSmall()) {
            for (int i = 0; i < 2_000; i++) {
                journal.append(Note.of(i));
            }
        }
        for (int count : new int[] {1, 700, 1_999, 2_000, 5_000}) {
            try (var journal = openSmall()) {
                assertThat(numbersOf(journal.last(count))).isEqualTo(range(Math.max(0, 2_000 - count), 2_000));
                assertThat(journal.entryCount()).isEqualTo(2_000);
            }
        }
    }

    @Test
    void aReaderBehindTheEndSeesWhatComesNext() {
        try (var journal = openSmall()) {
            try (var fromTheStart = journal.readFrom(0)) {
                assertThat(fromTheStart.poll()).isNull();
                long position = journal.append(Note.of(0));
                assertThat(numbers(fromTheStart)).isEqualTo(range(0, 1));
                try (var behind = journal.readFrom(position + 1)) {
                    assertThat(behind.poll()).isNull();
                    for (int i = 1; i < 1_000; i++) {
                        journal.append(Note.of(i));
                    }
                    assertThat(numbers(behind)).isEqualTo(range(1, 1_000));
                    assertThat(numbers(fromTheStart)).isEqualTo(range(1, 1_000));
                }
            }
        }
    }

    @Test
    void aPositionThatTheJournalDoesNotHaveIsRefused() {
        try (var journal = open()) {
            long position = journal.append(Note.of(0));
            for (long wrong : new long[] {-1, position + 2, position + (1L << 32), Long.MAX_VALUE, Long.MIN_VALUE}) {
                assertThatThrownBy(() -> journal.readFrom(wrong))
                        .isInstanceOf(JournalException.class)
                        .hasMessageContaining(Long.toString(wrong));
            }
        }
    }

    @Test
    void anyThreadMayAppendAndEachThreadsMessagesStayInOrder() throws Exception {
        int threads = 4;
        int each = 2_000;
        var pool = Executors.newFixedThreadPool(threads + 1);
        try (var journal = openSmall()) {
            var reading = pool.submit(() -> {
                var numbers = new ArrayList<Integer>();
                try (var reader = journal.read()) {
                    while (numbers.size() < threads * each) {
                        JournalEntry<Note> entry = reader.poll();
                        if (entry != null) {
                            numbers.add(entry.message().number());
                        }
                    }
                }
                return numbers;
            });
            var work = new ArrayList<Callable<Boolean>>();
            for (int thread = 0; thread < threads; thread++) {
                int base = thread * each;
                work.add(() -> {
                    for (int i = 0; i < each; i++) {
                        journal.append(Note.of(base + i));
                    }
                    return true;
                });
            }
            for (var done : pool.invokeAll(work)) {
                assertThat(done.get()).isTrue();
            }
            List<Integer> numbers = reading.get(30, TimeUnit.SECONDS);
            for (int thread = 0; thread < threads; thread++) {
                int base = thread * each;
                assertThat(numbers.stream().filter(n -> n / each == base / each))
                        .isEqualTo(range(base, base + each));
            }
            assertThat(journal.entryCount()).isEqualTo((long) threads * each);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void anInterruptedThreadAppendsAndReadsAndStaysInterrupted() {
        try (var journal = openSmall()) {
            var reader = journal.read();
            for (int i = 0; i < 2_000; i++) {
                Thread.currentThread().interrupt();
                journal.append(Note.of(i));
                assertThat(reader.poll()).isNotNull();
                assertThat(Thread.currentThread().isInterrupted()).isTrue();
            }
            Thread.currentThread().interrupt();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        try (var journal = openSmall()) {
            assertThat(numbers(journal.read())).isEqualTo(range(0, 2_000));
        }
    }

    @Test
    void bytesAppendedAreThoseOfTheFrames() {
        try (var journal = open()) {
            assertThat(journal.bytesAppended()).isZero();
            journal.append(Note.of(7));
            // 15 bytes of frame, 16 of content type, then the JSON
            assertThat(journal.bytesAppended()).isEqualTo(15 + 16 + Note.CODEC.encode(Note.of(7)).length);
        }
    }

    @Test
    void aSmallJournalIsSmallOnDisk() throws IOException {
        try (var journal = open()) {
            for (int i = 0; i < 100; i++) {
                journal.append(Note.of(i));
            }
            assertThat(onDiskBytes()).isLessThan(512 << 10);
        }
        assertThat(onDiskBytes()).isLessThan(128 << 10);
        assertThat(Files.size(directory.resolve(SegmentCycle.fileName(0)))).isLessThan(64 << 10);
    }

    @Test
    void closingTwiceIsFineAndEverythingAfterItIsRefused() {
        var journal = open();
        journal.append(Note.of(0));
        var reader = journal.read();
        journal.close();
        journal.close();
        reader.close();
        for (Runnable use : List.<Runnable>of(
                () -> journal.append(Note.of(1)),
                journal::read,
                () -> journal.readFrom(0),
                () -> journal.last(1),
                journal::entryCount,
                reader::poll)) {
            assertThatThrownBy(use::run)
                    .isInstanceOf(JournalException.class)
                    .hasMessageContaining("closed")
                    .hasMessageContaining(directory.toString());
        }
    }

    @Test
    void closingWhileOthersReadAndAppendIsSafe() throws Exception {
        for (int round = 0; round < 10; round++) {
            var journal = openSmall();
            var started = new CountDownLatch(2);
            var stop = new AtomicBoolean();
            var pool = Executors.newFixedThreadPool(2);
            var appending = pool.submit(() -> untilClosed(stop, started, () -> journal.append(Note.of(5))));
            var reader = journal.read();
            var reading = pool.submit(() -> untilClosed(stop, started, reader::poll));
            started.await();
            journal.close();
            assertThat(appending.get(10, TimeUnit.SECONDS)).contains("closed");
            assertThat(reading.get(10, TimeUnit.SECONDS)).contains("closed");
            pool.shutdown();
        }
        try (var journal = openSmall()) {
            assertThat(journal.recovery().isClean()).isTrue();
            assertThat(numbers(journal.read())).hasSize((int) journal.entryCount());
        }
    }

    private static String untilClosed(AtomicBoolean stop, CountDownLatch started, Callable<?> use) throws Exception {
        try {
            while (!stop.get()) {
                use.call();
                started.countDown();
            }
            return "stopped";
        } catch (JournalException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void aMessageOfTheLargestSizeFitsAndALargerOneIsRefused() {
        int overhead = 15 + 16 + Note.CODEC.encode(new Note(0, "")).length;
        int largest = JournalSizes.DEFAULT.maxEntryBytes() - overhead;
        try (var journal = open()) {
            for (int i = 0; i < 20; i++) { // beyond one block
                journal.append(new Note(0, "y".repeat(largest)));
            }
            assertThatThrownBy(() -> journal.append(new Note(0, "y".repeat(largest + 1))))
                    .isInstanceOf(JournalException.class)
                    .hasMessageContaining("too large");
            journal.append(Note.of(1));
            assertThat(journal.last(2).get(0).message().text()).hasSize(largest);
            assertThat(journal.last(1).get(0).message()).isEqualTo(Note.of(1));
            assertThat(journal.entryCount()).isEqualTo(21);
        }
    }

    @Test
    @SuppressWarnings("NullAway") // the null is the point
    void aMessageThatTheCodecRefusesLeavesTheJournalAsItWas() {
        try (var journal = open()) {
            journal.append(Note.of(1));
            assertThatThrownBy(() -> journal.append(new Note(2, null))).isInstanceOf(CodecException.class);
            journal.append(Note.of(3));
            assertThat(numbers(journal.read())).containsExactly(1, 3);
        }
    }

    @Test
    void anEntryOfAnotherContentTypeOrShapeIsNamedAndPassedOver() {
        record Other(String name) {}
        try (var journal = Journal.open(directory, JsonCodec.of(Other.class))) {
            journal.append(new Other("a"));
        }
        try (var journal = open()) {
            long position = journal.append(Note.of(1));
            try (var reader = journal.read()) {
                assertThatThrownBy(reader::poll)
                        .isInstanceOf(JournalException.class)
                        .hasMessageContaining("position 0")
                        .hasMessageContaining("number");
                JournalEntry<Note> entry = reader.poll();
                assertThat(entry).isNotNull();
                assertThat(entry.position()).isEqualTo(position);
            }
        }
        try (var journal = Journal.open(directory, new PlainText());
                var reader = journal.read()) {
            assertThatThrownBy(reader::poll)
                    .isInstanceOf(JournalException.class)
                    .hasMessageContaining("application/json")
                    .hasMessageContaining("text/plain");
        }
    }

    private static final class PlainText implements Codec<String> {
        @Override
        public Class<String> messageType() {
            return String.class;
        }

        @Override
        public String contentType() {
            return "text/plain";
        }

        @Override
        public byte[] encode(String message) {
            return message.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        }

        @Override
        public String decode(ByteBuffer bytes) {
            return java.nio.charset.StandardCharsets.UTF_8
                    .decode(bytes.duplicate())
                    .toString();
        }
    }

    @Test
    void aSecondOpenInThisProcessIsRefusedUnderAnyNameOfTheDirectory() throws IOException {
        Path link = directory.resolveSibling(directory.getFileName() + "-link");
        Files.createSymbolicLink(link, directory);
        try (var journal = open()) {
            for (Path name : List.of(directory, directory.resolve("../" + directory.getFileName()), link)) {
                assertThatThrownBy(() -> Journal.open(name, Note.CODEC))
                        .isInstanceOf(JournalException.class)
                        .hasMessageContaining(name.toString())
                        .hasMessageContaining("already open in this process");
            }
            journal.append(Note.of(1));
        } finally {
            Files.delete(link);
        }
        open().close();
    }

    @Test
    void theDirectoryAndItsParentsAreCreated() {
        Path deep = directory.resolve("a/b/c");
        try (var journal = Journal.open(deep, Note.CODEC)) {
            assertThat(journal.directory()).isEqualTo(deep);
            journal.append(Note.of(1));
        }
        assertThat(deep).isDirectory();
    }
}

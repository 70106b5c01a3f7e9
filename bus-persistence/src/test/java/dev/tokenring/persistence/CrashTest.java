package dev.tokenring.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a process that appends, at any moment, again and again, and looks for every message that it acknowledged. More
 * rounds: {@code -Dtokenring.crash.rounds=500}.
 */
@Timeout(3_600)
class CrashTest {
    private static final int ROUNDS = Integer.getInteger("tokenring.crash.rounds", 6);
    private static final JournalSizes SIZES = new JournalSizes(8 << 20, 4 << 20);
    private static final long MAX_OPEN_NS = 2_000_000_000L;

    @TempDir
    Path directory;

    /** Some are large, so that a kill now and then meets one half written. */
    private static Note noteOf(int number) {
        int length = number % 8 == 0 ? 900_000 : (int) (number * 7_919L % 5_000);
        return new Note(number, "x".repeat(length));
    }

    /** Appends numbers without end, from where the journal ends, and writes each to standard output once it is in. */
    static final class Appender {
        public static void main(String[] args) throws IOException {
            try (var journal = Journal.open(Path.of(args[0]), Note.CODEC, SIZES);
                    var acknowledged = new DataOutputStream(new FileOutputStream(FileDescriptor.out))) {
                for (int number = (int) journal.entryCount(); ; number++) {
                    journal.append(noteOf(number));
                    acknowledged.writeInt(number);
                }
            }
        }
    }

    @Test
    void everyAcknowledgedMessageIsThereOnceAndInOrderAfterAKillAtAnyMoment() throws Exception {
        Journal.open(directory.resolve("warm-up"), Note.CODEC).close(); // classes are loaded once, not at every open
        var random = new Random();
        int inJournal = 0;
        int cuts = 0;
        long slowestOpenNs = 0;
        for (int round = 0; round < ROUNDS; round++) {
            int acknowledged = appendUntilKilled(random.nextInt(150_000_000));
            assertThat(acknowledged).as("round %d: the child appended", round).isGreaterThanOrEqualTo(inJournal);

            long startNs = System.nanoTime();
            try (var journal = Journal.open(directory, Note.CODEC, SIZES)) {
                long openNs = System.nanoTime() - startNs;
                slowestOpenNs = Math.max(slowestOpenNs, openNs);
                assertThat(openNs).isLessThan(MAX_OPEN_NS);

                cuts += journal.recovery().cutBytes() > 0 ? 1 : 0;
                assertThat(journal.recovery().lostEntries()).isZero();
                assertThat(journal.recovery().damagedEntries()).isZero();

                inJournal = checkedCount(journal);
                assertThat(inJournal).isEqualTo((int) journal.entryCount());
                // the last one may be in, but not yet acknowledged when the process died
                assertThat(inJournal - 1).isBetween(acknowledged, acknowledged + 1);
            }
        }
        System.out.printf(
                "%d kills, %d messages, %d torn tails cut, slowest open %d ms%n",
                ROUNDS, inJournal, cuts, slowestOpenNs / 1_000_000);
    }

    private static int checkedCount(Journal<Note> journal) {
        try (var reader = journal.read()) {
            int count = 0;
            for (var entry = reader.poll(); entry != null; entry = reader.poll()) {
                assertThat(entry.message().number()).isEqualTo(count);
                assertThat(entry.message()).isEqualTo(noteOf(count));
                count++;
            }
            return count;
        }
    }

    /** Lets the child append for a while after its first message. Returns the last number that it acknowledged. */
    private int appendUntilKilled(long lifeNs) throws IOException {
        Process child = ChildJvm.command(ChildJvm.ALL_FLAGS, Appender.class, directory)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        int last = -1;
        try (var acknowledged = new DataInputStream(child.getInputStream())) {
            last = acknowledged.readInt();
            long end = System.nanoTime() + lifeNs;
            while (System.nanoTime() - end < 0) {
                last = acknowledged.readInt();
            }
            child.toHandle().destroyForcibly(); // unlike Process.destroyForcibly, leaves what is in the pipe
            while (true) {
                last = acknowledged.readInt();
            }
        } catch (EOFException e) {
            return last;
        } finally {
            child.destroyForcibly().onExit().join();
        }
    }
}

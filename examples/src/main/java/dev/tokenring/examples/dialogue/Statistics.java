package dev.tokenring.examples.dialogue;

import java.time.Duration;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** Adds up what was measured, and prints it as a table. Handler of one subscription, so for one thread at a time. */
final class Statistics {
    /** What one request took. */
    record Measurement(boolean replied, int tokens, Duration toFirstToken, Duration total) {}

    private final Histogram toFirstTokenMicros =
            new Histogram(Duration.ofHours(1).toNanos() / 1_000, 3);
    private int requests;
    private int replies;
    private long tokens;
    private Duration busy = Duration.ZERO;

    synchronized void add(Measurement measurement) {
        requests++;
        tokens += measurement.tokens();
        busy = busy.plus(measurement.total());
        if (measurement.replied()) {
            replies++;
            toFirstTokenMicros.recordValue(measurement.toFirstToken().toNanos() / 1_000);
        }
    }

    synchronized String table(long bytesJournaled) {
        double seconds = busy.toNanos() / 1e9;
        return String.format(
                Locale.ROOT,
                """
                requests                      %8d
                replies                       %8d
                tokens                        %8d
                time to first token, median   %8.1f ms
                time to first token, p99      %8.1f ms
                tokens/s                      %8.1f
                journaled                     %8d bytes
                """,
                requests,
                replies,
                tokens,
                toFirstTokenMicros.getValueAtPercentile(50) / 1_000.0,
                toFirstTokenMicros.getValueAtPercentile(99) / 1_000.0,
                seconds > 0 ? tokens / seconds : 0,
                bytesJournaled);
    }
}

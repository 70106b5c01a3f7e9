package dev.tokenring.llm.constraint;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Sets of characters as sequences of ranges of bytes: é to ÿ is {@code [c3][a9-bf]}. Ranges of characters are cut where
 * a later byte would have to depend on an earlier one, as RE2 and Go do it.
 */
final class Utf8 {
    private static final int[] LAST_OF_LENGTH = {0x7f, 0x7ff, 0xffff};

    /** From one byte to another, both included. */
    record ByteRange(int first, int last) {}

    private final List<List<ByteRange>> sequences = new ArrayList<>();

    private Utf8() {}

    static List<List<ByteRange>> sequences(CodePoints set) {
        var utf8 = new Utf8();
        for (CodePoints.Range range : set.ranges()) {
            utf8.add(range.first(), range.last());
        }
        return utf8.sequences;
    }

    private void add(int first, int last) {
        for (int limit : LAST_OF_LENGTH) {
            if (first <= limit && last > limit) {
                add(first, limit);
                add(limit + 1, last);
                return;
            }
        }
        for (int bits = 6; bits <= 18; bits += 6) {
            int low = (1 << bits) - 1;
            if (last > 0x7f && (first & ~low) != (last & ~low)) {
                if ((first & low) != 0) {
                    add(first, first | low);
                    add((first | low) + 1, last);
                    return;
                }
                if ((last & low) != low) {
                    add(first, (last & ~low) - 1);
                    add(last & ~low, last);
                    return;
                }
            }
        }
        byte[] from = encode(first);
        byte[] to = encode(last);
        var sequence = new ArrayList<ByteRange>();
        for (int i = 0; i < from.length; i++) {
            sequence.add(new ByteRange(from[i] & 0xff, to[i] & 0xff));
        }
        sequences.add(sequence);
    }

    private static byte[] encode(int codePoint) {
        return Character.toString(codePoint).getBytes(StandardCharsets.UTF_8);
    }
}

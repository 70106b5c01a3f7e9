package dev.tokenring.llm.constraint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A set of Unicode characters, without surrogates, which are none. Immutable. */
final class CodePoints {
    private static final int LAST = Character.MAX_CODE_POINT;
    private static final List<Range> EVERY =
            List.of(new Range(0, Character.MIN_SURROGATE - 1), new Range(Character.MAX_SURROGATE + 1, LAST));

    static final CodePoints NONE = new CodePoints(List.of());
    static final CodePoints ALL = new CodePoints(EVERY);

    /** From one character to another, both included. */
    record Range(int first, int last) {}

    /** Sorted; between two there is at least one character that is not in the set, or the surrogates. */
    private final List<Range> ranges;

    private CodePoints(List<Range> ranges) {
        this.ranges = ranges;
    }

    static CodePoints of(int codePoint) {
        return range(codePoint, codePoint);
    }

    static CodePoints range(int first, int last) {
        return new CodePoints(List.of(new Range(first, last))).and(ALL);
    }

    /** Each character of a text. */
    static CodePoints anyOf(String characters) {
        return characters.codePoints().mapToObj(CodePoints::of).reduce(NONE, CodePoints::or);
    }

    List<Range> ranges() {
        return ranges;
    }

    boolean isEmpty() {
        return ranges.isEmpty();
    }

    boolean contains(int codePoint) {
        return ranges.stream().anyMatch(range -> range.first <= codePoint && codePoint <= range.last);
    }

    CodePoints or(CodePoints other) {
        var all = new ArrayList<>(ranges);
        all.addAll(other.ranges);
        all.sort(Comparator.comparingInt(Range::first));
        var merged = new ArrayList<Range>();
        for (Range range : all) {
            Range before = merged.isEmpty() ? null : merged.get(merged.size() - 1);
            if (before != null && range.first <= before.last + 1) {
                merged.set(merged.size() - 1, new Range(before.first, Math.max(before.last, range.last)));
            } else {
                merged.add(range);
            }
        }
        return new CodePoints(merged);
    }

    CodePoints and(CodePoints other) {
        var common = new ArrayList<Range>();
        for (Range a : ranges) {
            for (Range b : other.ranges) {
                int first = Math.max(a.first, b.first);
                int last = Math.min(a.last, b.last);
                if (first <= last) {
                    common.add(new Range(first, last));
                }
            }
        }
        return new CodePoints(common);
    }

    CodePoints not() {
        var gaps = new ArrayList<Range>();
        int next = 0;
        for (Range range : ranges) {
            if (range.first > next) {
                gaps.add(new Range(next, range.first - 1));
            }
            next = range.last + 1;
        }
        if (next <= LAST) {
            gaps.add(new Range(next, LAST));
        }
        return new CodePoints(gaps).and(ALL);
    }

    CodePoints minus(CodePoints other) {
        return and(other.not());
    }
}

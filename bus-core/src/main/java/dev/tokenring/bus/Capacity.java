package dev.tokenring.bus;

/** The rule that the capacities of rings follow. */
final class Capacity {
    private static final int MIN = 2;
    private static final int MAX = 1 << 26;

    static int valid(int capacity) {
        if (capacity < MIN || capacity > MAX || Integer.bitCount(capacity) != 1) {
            int next = capacity < MIN ? MIN : capacity > MAX ? MAX : Integer.highestOneBit(capacity) << 1;
            throw new IllegalArgumentException("capacity is " + capacity + ": it must be a power of two from " + MIN
                    + " to " + MAX + ", for example " + next);
        }
        return capacity;
    }

    private Capacity() {}
}

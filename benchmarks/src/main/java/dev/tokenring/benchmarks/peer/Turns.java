package dev.tokenring.benchmarks.peer;

import java.util.List;

/** Whoever's turn it is, round and round. For one thread. */
final class Turns<T> {
    private final List<T> all;
    private int next;

    Turns(List<T> all) {
        this.all = List.copyOf(all);
    }

    T next() {
        T turn = all.get(next);
        next = next + 1 == all.size() ? 0 : next + 1;
        return turn;
    }
}

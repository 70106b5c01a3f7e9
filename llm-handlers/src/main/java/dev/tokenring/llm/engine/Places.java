package dev.tokenring.llm.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/** Where each sequence is that is not over: it waits for a place, has one, or is parked. For the thread that computes. */
final class Places {
    private final int size;
    private final NavigableSet<Sequence> waiting = new TreeSet<>(Sequence.BY_URGENCY);
    private final List<Sequence> running = new ArrayList<>();
    private final List<Sequence> parked = new ArrayList<>();

    Places(int size) {
        this.size = size;
    }

    /** The most urgent first; not to be changed, but may be looked at while sequences move. */
    List<Sequence> waiting() {
        return List.copyOf(waiting);
    }

    /** Not to be changed, but may be looked at while sequences move. */
    List<Sequence> running() {
        return List.copyOf(running);
    }

    /** Not to be changed, but may be looked at while sequences move. */
    List<Sequence> parked() {
        return List.copyOf(parked);
    }

    List<Sequence> all() {
        var all = new ArrayList<Sequence>(open());
        all.addAll(running);
        all.addAll(parked);
        all.addAll(waiting);
        return all;
    }

    int open() {
        return waiting.size() + running.size() + parked.size();
    }

    int waitingCount() {
        return waiting.size();
    }

    int parkedCount() {
        return parked.size();
    }

    boolean isWaiting(Sequence sequence) {
        return waiting.contains(sequence);
    }

    boolean isRunning(Sequence sequence) {
        return running.contains(sequence);
    }

    boolean isParked(Sequence sequence) {
        return parked.contains(sequence);
    }

    /** Whether a sequence that waits would get a place: a free one, or that of a running one of lower priority. */
    boolean hasPlaceFor(Sequence next) {
        return running.size() < size || weakest().priority < next.priority;
    }

    /** How many places nobody has. */
    int free() {
        return size - running.size();
    }

    private Sequence weakest() {
        return running.stream().min(Sequence.BY_WEAKNESS).orElseThrow();
    }

    void toWaiting(Sequence sequence) {
        remove(sequence);
        waiting.add(sequence);
    }

    /** Gives a sequence a place, if need be that of the weakest, which waits from now on. */
    void toRunning(Sequence next) {
        if (running.size() == size) {
            takePlaceOf(weakest());
        }
        remove(next);
        running.add(next);
    }

    /** Has a sequence that is running make way; its cache stays its own. */
    void takePlaceOf(Sequence sequence) {
        sequence.preemptions++;
        sequence.heldUp = true;
        toWaiting(sequence);
    }

    void toParked(Sequence sequence) {
        sequence.heldUp = true;
        remove(sequence);
        parked.add(sequence);
    }

    void remove(Sequence sequence) {
        if (!running.remove(sequence) && !parked.remove(sequence)) {
            waiting.remove(sequence);
        }
    }
}

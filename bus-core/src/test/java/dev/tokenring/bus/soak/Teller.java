package dev.tokenring.bus.soak;

/** One side of the model: what one publishing thread has put on the bus, under numbers without a gap. */
final class Teller {
    private final int id;
    private final String topic;
    private volatile int begun;
    private volatile int told;

    Teller(int id, String topic) {
        this.id = id;
        this.topic = topic;
    }

    int id() {
        return id;
    }

    String topic() {
        return topic;
    }

    /** The next note, whose publishing begins now. */
    Note next() {
        begun = told + 1;
        return Note.of(id, told);
    }

    /** The notes from the next one on, whose publishing begins now. */
    void begins(int count) {
        begun = told + count;
    }

    /** So many notes more were published. */
    void tells(int count) {
        told += count;
    }

    /** The number of the first note whose publishing has not begun. */
    int begun() {
        return begun;
    }

    /** The number of the first note that is not published, as far as the teller was told. */
    int told() {
        return told;
    }

    @Override
    public String toString() {
        return "teller " + id + " of " + topic;
    }
}

package dev.tokenring.bus.ring;

/** A message with two fields that nothing but the ring makes visible: one of them missing, or of another note, shows. */
final class Note {
    private char publisher = '?';
    private int number;

    /** A note for a slot to keep. */
    Note() {}

    Note(char publisher, int number) {
        write(publisher, number);
    }

    void write(char publisher, int number) {
        this.publisher = publisher;
        this.number = number;
    }

    @Override
    public String toString() {
        return publisher + "" + number;
    }
}

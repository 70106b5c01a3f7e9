package dev.tokenring.bus.soak;

/** A note in a slot of an in-place topic. */
final class Cell {
    private int teller;
    private int number;

    /** Says the same as the rest, unless the slot is read while it is filled. */
    private long check;

    void fill(int newTeller, int newNumber) {
        teller = newTeller;
        number = newNumber;
        check = (long) newTeller * newNumber;
    }

    Note note() {
        Note note = Note.of(teller, number);
        return check == (long) note.teller() * note.number() ? note : new Note(-1, number, 0, false);
    }
}

package dev.tokenring.bus;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A listener of {@link SoakTest}: checks that what it hears from each actor has no gap, and sometimes stumbles. */
final class SoakListener implements Handler<SoakNote> {
    private final int owner;
    private final int ownersNumber;
    private final boolean stumbling;
    private final Map<Integer, Integer> last = new HashMap<>();
    private final List<String> broken = new CopyOnWriteArrayList<>();
    private volatile int lastOfOwner;
    private volatile int count;
    private volatile int stumbles;

    /**
     * @param owner the actor that subscribes
     * @param ownersNumber the number of the first note that the owner will publish after it has subscribed
     */
    SoakListener(int owner, int ownersNumber, boolean stumbling) {
        this.owner = owner;
        this.ownersNumber = ownersNumber;
        this.lastOfOwner = ownersNumber - 1;
        this.stumbling = stumbling;
    }

    @Override
    public void handle(SoakNote note, MessageContext context) {
        count++;
        Integer before = last.put(note.actor(), note.number());
        if (before != null && note.number() != before + 1) {
            broken.add(note + " came after number " + before);
        }
        if (note.actor() == owner) {
            if (before == null && note.number() != ownersNumber) {
                broken.add(note + " came first, not number " + ownersNumber);
            }
            lastOfOwner = note.number();
        }
        if (stumbling && note.number() % 3 == 0) {
            stumbles++;
            throw new SoakActor.Stumble();
        }
    }

    /** Whether the owner's notes were heard up to the one before this number. */
    boolean heardOwnerUpTo(int nextNumber) {
        return lastOfOwner == nextNumber - 1;
    }

    int count() {
        return count;
    }

    int stumbles() {
        return stumbles;
    }

    List<String> broken() {
        return broken;
    }

    @Override
    public String toString() {
        return "the listener of " + owner + ", which began with number " + ownersNumber;
    }
}

package dev.tokenring.bus.request;

import org.jspecify.annotations.Nullable;

/**
 * What to do if a request is broken off; a list, the latest first. One that is removed leaves an empty link, which goes
 * when the list has grown to twice of what was in use the last time. Links only ever go once they are empty, so whoever
 * walks along the list meets everything that is in use.
 */
final class CancelAction implements Runnable {
    private static final int MIN_LENGTH = 16;

    private volatile @Nullable Runnable action;
    private volatile @Nullable CancelAction before;
    private int length = 1;
    private int maxLength = MIN_LENGTH;

    CancelAction(Runnable action) {
        this.action = action;
    }

    @Nullable CancelAction before() {
        return before;
    }

    /** Makes this the latest of a list. */
    void follow(@Nullable CancelAction list) {
        before = list;
        length = list == null ? 1 : list.length + 1;
        maxLength = list == null ? MIN_LENGTH : list.maxLength;
        if (length > maxLength) {
            dropEmptyLinks();
        }
    }

    private void dropEmptyLinks() {
        length = 1;
        CancelAction last = this;
        for (CancelAction one = before; one != null; one = one.before) {
            if (one.action != null) {
                last.before = one;
                last = one;
                length++;
            }
        }
        last.before = null;
        maxLength = Math.max(MIN_LENGTH, 2 * length);
    }

    /** Takes the action out, and what it holds. */
    void remove() {
        action = null;
    }

    @Override
    public void run() {
        Runnable present = action;
        if (present != null) {
            present.run();
        }
    }
}

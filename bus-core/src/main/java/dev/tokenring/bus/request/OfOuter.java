package dev.tokenring.bus.request;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Told when a request is over that was made while another was handled: has the outer one not keep it any longer, and tells
 * who else wants to know. The two are one object, for each field of a request counts.
 */
final class OfOuter<E> implements Consumer<E> {
    private final CancelAction innersEnd;
    private volatile @Nullable Consumer<? super E> next;

    OfOuter(CancelAction innersEnd) {
        this.innersEnd = innersEnd;
    }

    /** Says who else wants to know, in the place of who did before. */
    void tellsThen(Consumer<? super E> other) {
        next = other;
    }

    @Override
    public void accept(E over) {
        innersEnd.remove();
        Consumer<? super E> present = next;
        if (present != null) {
            present.accept(over);
        }
    }
}

package dev.tokenring.bus.ring;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.Headers;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What stands in the places of a ring. A place is written by the publisher that claimed it, read by the ring's readers
 * once it is published, and emptied when the last of them has passed.
 *
 * <p>References lie next to each other, sixteen to a cache line, with nothing between them that a publisher writes for
 * each message: what two cores pass to each other is what a message costs at full speed. Whatever stands beside messages
 * has places of its own, which nobody looks at in a ring where nothing ever stood there.
 */
public final class Slots<T> {
    /** Stands beside what is for no handler: an aborted claim, the end mark, a message that a stage refused. */
    private static final Object VOID = new Object();

    private static final VarHandle PLACES = MethodHandles.arrayElementVarHandle(Object[].class);

    private final @Nullable Object[] messages;
    private final boolean inPlace;

    /** {@link Headers}, {@link Unacknowledged} with headers in it, or {@link #VOID}; null for {@link Headers#NONE}. */
    private final @Nullable Object[] beside;

    /** Whether anything ever stood beside a message. Set before that is published, hence seen by who reads it. */
    private volatile boolean anyBeside;

    Slots(int capacity, @Nullable Supplier<? extends T> factory) {
        messages = new Object[capacity];
        beside = new Object[capacity];
        inPlace = factory != null;
        if (factory != null) {
            for (int i = 0; i < capacity; i++) {
                messages[i] = requireNonNull(factory.get(), "the topic's factory made null instead of a message");
            }
        }
    }

    int capacity() {
        return messages.length;
    }

    private int index(long sequence) {
        return (int) sequence & (messages.length - 1);
    }

    // ---- for who has claimed the slot

    @SuppressWarnings("ReferenceEquality") // any other headers without content may well be stored
    void fill(long sequence, T message, Headers headers) {
        if (headers != Headers.NONE) {
            putBeside(sequence, headers);
        }
        put(sequence, message);
    }

    void fill(long sequence, T message, Unacknowledged pending) {
        putBeside(sequence, pending);
        put(sequence, message);
    }

    /** What stands beside the message is there before it, for the message may be the sign that both are published. */
    private void put(long sequence, Object message) {
        PLACES.setRelease(messages, index(sequence), message);
    }

    /** Has something travel beside the message, in place of what was given before. */
    @SuppressWarnings("ReferenceEquality") // any other headers without content may well be stored
    public void headers(long sequence, Headers headers) {
        if (headers != Headers.NONE) {
            putBeside(sequence, headers);
        } else if (anyBeside) {
            beside[index(sequence)] = null;
        }
    }

    /** Makes that there is nothing here for any handler; also for a stage, before it passes the slot. */
    public void makeVoid(long sequence) {
        putBeside(sequence, VOID);
        if (!inPlace) {
            put(sequence, VOID);
        }
    }

    private void putBeside(long sequence, Object what) {
        beside[index(sequence)] = what;
        if (!anyBeside) {
            anyBeside = true;
        }
    }

    // ---- for readers

    /** Whether there is a reference in a slot; what stands beside it is there too then. */
    boolean isFilled(long sequence) {
        return PLACES.getAcquire(messages, index(sequence)) != null;
    }

    /**
     * Whether no message that can be read by now ever had something beside it. Then there is no need to ask for headers, and
     * none of the slots is void.
     */
    public boolean haveNothingBeside() {
        return !anyBeside;
    }

    /** The message that was published; null if there is nothing for a handler: in an emptied slot, or a void one. */
    public @Nullable T message(long sequence) {
        return anyBeside && beside[index(sequence)] == VOID ? null : inSlot(sequence);
    }

    /** The same, where it is known that the slots have nothing beside. */
    @SuppressWarnings("unchecked") // that is all that is ever put there
    public @Nullable T inSlot(long sequence) {
        return (T) messages[index(sequence)];
    }

    /** What travels beside the message. */
    public Headers headers(long sequence) {
        Object present = anyBeside ? beside[index(sequence)] : null;
        if (present instanceof Headers headers) {
            return headers;
        }
        return present instanceof Unacknowledged pending ? pending.headers() : Headers.NONE;
    }

    /** The publisher that waits until a stage has passed the message, if one does. */
    public @Nullable Unacknowledged unacknowledged(long sequence) {
        return anyBeside && beside[index(sequence)] instanceof Unacknowledged pending ? pending : null;
    }

    // ---- for who releases

    /** Lets go of what the slots hold. */
    void empty(long first, long last) {
        if (!inPlace) {
            for (long sequence = first; sequence <= last; sequence++) {
                messages[index(sequence)] = null;
            }
        }
        if (anyBeside) {
            for (long sequence = first; sequence <= last; sequence++) {
                beside[index(sequence)] = null;
            }
        }
    }
}

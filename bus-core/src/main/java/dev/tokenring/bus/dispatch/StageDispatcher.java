package dev.tokenring.bus.dispatch;

import dev.tokenring.bus.MessageContext;
import dev.tokenring.bus.ring.Ring;
import dev.tokenring.bus.ring.RingReader;
import dev.tokenring.bus.ring.Slots;
import dev.tokenring.bus.ring.Unacknowledged;
import dev.tokenring.bus.spi.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings messages to a {@link Stage} before anybody else gets them. A batch is what has come while the stage was at the
 * one before, up to a quarter of the ring; so a slow flush makes for larger batches. Subscriptions see the batch, and
 * publishers get their acknowledgements, when it has been flushed.
 */
public final class StageDispatcher<T> extends Dispatcher<T> {
    private final Stage<? super T> stage;
    private final RingReader<T> reader;
    private final int maxBatch;
    private final Retries.GiveUp<T> vetoed;
    private final Consumer<Unacknowledged> unacknowledged;
    private final List<Waiting> waiting = new ArrayList<>();
    private final List<Taken<T>> batch = new ArrayList<>();
    private volatile Delivery<T> inHand;

    /** A publisher that waits for its acknowledgement. */
    private record Waiting(long sequence, Unacknowledged pending) {}

    /** A message of the batch that the stage has not vetoed. */
    private record Taken<T>(T message, Delivery<T> delivery) {}

    /**
     * Joins the ring, as the reader whom all others follow.
     *
     * @param maxBatch how many messages are flushed together at most
     * @param vetoed gets the messages that the stage does not let through
     * @param unacknowledged gets those that wait for an acknowledgement when the stage is stopped
     * @throws IllegalStateException if the ring has readers already
     */
    public StageDispatcher(
            String topic,
            Ring<T> ring,
            Stage<? super T> stage,
            int maxBatch,
            Retries.GiveUp<T> vetoed,
            Consumer<Unacknowledged> unacknowledged) {
        super(topic, "stage");
        this.stage = stage;
        this.maxBatch = maxBatch;
        this.vetoed = vetoed;
        this.unacknowledged = unacknowledged;
        this.inHand = new Delivery<>(topic);
        this.reader = ring.joinAsStage();
        reader.readBy(this::isOnOwnThread);
    }

    @Override
    int poll(Loop polling, int max) {
        if (reader.isStopped()) {
            return ENDED;
        }
        long before = reader.sequence();
        long last = reader.available(Math.min(max, maxBatch));
        if (last == before) {
            return reader.isAtEnd() ? ENDED : 0;
        }
        handle(before + 1, last);
        if (reader.isStopped()) {
            return ENDED;
        }
        reader.passed(last);
        reader.wakeFollowers();
        reader.release();
        acknowledge();
        return (int) (last - before);
    }

    private void handle(long first, long last) {
        waiting.clear();
        batch.clear();
        Slots<T> slots = reader.slots();
        for (long next = first; next <= last; next++) {
            T message = slots.message(next);
            if (message != null) {
                Unacknowledged pending = slots.unacknowledged(next);
                if (pending != null) {
                    waiting.add(new Waiting(next, pending));
                }
                take(new Taken<>(message, newDelivery(next, last)));
            }
        }
        try {
            callFlush();
        } catch (Throwable stagesOwn) {
            batch.forEach(taken -> veto(taken, stagesOwn));
        } finally {
            batch.clear();
            Thread.interrupted();
        }
    }

    private Delivery<T> newDelivery(long sequence, long lastOfBatch) {
        var delivery = new Delivery<T>(topic());
        delivery.begin(sequence, reader.slots().headers(sequence));
        delivery.batchEndsAt(lastOfBatch);
        return delivery;
    }

    private void take(Taken<T> taken) {
        inHand = taken.delivery;
        try {
            callStage(taken);
            batch.add(taken);
        } catch (Throwable stagesOwn) {
            veto(taken, stagesOwn);
        }
    }

    private void callStage(Taken<T> taken) throws Exception {
        stage.onMessage(taken.message, taken.delivery);
    }

    private void callFlush() throws Exception {
        stage.flush();
    }

    private void veto(Taken<T> taken, Throwable cause) {
        reader.slots().makeVoid(taken.delivery.sequence());
        waiting.removeIf(one -> {
            boolean sameMessage = one.sequence == taken.delivery.sequence();
            if (sameMessage) {
                one.pending.sequence().completeExceptionally(cause);
            }
            return sameMessage;
        });
        vetoed.giveUp(subscription(), taken.message, taken.delivery, cause);
    }

    private void acknowledge() {
        waiting.forEach(one -> one.pending.sequence().complete(one.sequence));
        waiting.clear();
    }

    @Override
    boolean isReady() {
        return reader.isReady();
    }

    @Override
    int maxBatchSize() {
        return maxBatch;
    }

    @Override
    void releaseSlots() {
        // Each batch is released.
    }

    @Override
    Ring<T> ring() {
        return reader.ring();
    }

    @Override
    public void stop() {
        reader.stop();
    }

    @Override
    void leaveRing() {
        reader.leave();
    }

    @Override
    public void abandonUnread() {
        reader.forEachUnacknowledged(unacknowledged);
    }

    @Override
    public long delivered() {
        return reader.passedCount();
    }

    @Override
    public long lag() {
        return reader.lag();
    }

    @Override
    public Count leave() {
        long unread = reader.lag();
        reader.leave();
        return new Count(reader.publishedCount() - unread, unread);
    }

    @Override
    public @Nullable Retries<T> retries() {
        return null;
    }

    @Override
    public long handling() {
        return reader.lag() > 0 ? reader.sequence() + 1 : NOTHING;
    }

    @Override
    public boolean isHandling(StackTraceElement[] stack) {
        for (StackTraceElement frame : stack) {
            if (frame.getClassName().equals(StageDispatcher.class.getName())
                    && frame.getMethodName().startsWith("call")) {
                return true;
            }
        }
        return false;
    }

    @Override
    public MessageContext inHand(long handling) {
        return inHand;
    }

    @Override
    public boolean divert(long handling, Throwable cause) {
        return false; // the order is what a stage is for
    }

    @Override
    public boolean leaveStuck(long handling, Throwable cause) {
        return false;
    }
}

package dev.tokenring.benchmarks.peer;

import static java.util.Objects.requireNonNull;

import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import com.lmax.disruptor.util.DaemonThreadFactory;
import dev.tokenring.benchmarks.peer.Lane.Message;
import dev.tokenring.bus.WaitStrategy;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The Disruptor by hand: a ring there, whose slot carries the future that the handler completes. Any number of callers; no
 * timeout, no cancelling.
 *
 * <p>The Disruptor has no replies; a future in the slot is the least that serves any number of callers who can sleep until
 * theirs is there. It costs one object, and no second ring or thread. The ring is for many producers, since any thread may
 * ask: see <a href="https://lmax-exchange.github.io/disruptor/user-guide/index.html">the user guide</a> on producers and
 * wait strategies.
 */
final class RingAndFutureCaller implements Caller {
    private final Disruptor<Slot> disruptor;
    private final RingBuffer<Slot> requests;
    private final boolean spins;

    private static final class Slot {
        @Nullable Message request;

        @Nullable CompletableFuture<Message> reply;
    }

    /** The caller waits on the future: spinning, or asleep. */
    RingAndFutureCaller(WaitStrategy waitStrategy, boolean spins) {
        this.spins = spins;
        disruptor = new Disruptor<>(
                Slot::new,
                Lane.CAPACITY,
                DaemonThreadFactory.INSTANCE,
                ProducerType.MULTI,
                AdaptiveWaitStrategy.like(waitStrategy));
        EventHandler<Slot> handler =
                (slot, sequence, endOfBatch) -> requireNonNull(slot.reply).complete(slot.request);
        disruptor.handleEventsWith(handler);
        requests = disruptor.start();
    }

    @Override
    public Message ask(Message request) {
        var reply = new CompletableFuture<Message>();
        long sequence = requests.next();
        try {
            Slot slot = requests.get(sequence);
            slot.request = request;
            slot.reply = reply;
        } finally {
            requests.publish(sequence);
        }
        if (spins) {
            while (!reply.isDone()) {
                Thread.onSpinWait();
            }
        }
        return reply.join();
    }

    @Override
    public void close() {
        disruptor.shutdown();
    }
}

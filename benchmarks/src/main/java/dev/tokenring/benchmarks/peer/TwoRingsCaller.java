package dev.tokenring.benchmarks.peer;

import com.lmax.disruptor.AlertException;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.TimeoutException;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import dev.tokenring.benchmarks.peer.Lane.Message;
import dev.tokenring.bus.WaitStrategy;

/**
 * The Disruptor by hand: a ring there, which any number of threads may ask over, and a ring back to one caller. It knows no
 * timeout, no failure and no second reader of replies.
 *
 * <p>Nothing by hand on the Disruptor can be quicker: a reply allocates nothing, and is read from its slot without a thread
 * in between. Only one thread publishes replies, so their ring is for a single producer, which <a
 * href="https://lmax-exchange.github.io/disruptor/user-guide/index.html">the user guide</a> calls one of the best ways to
 * improve performance; requests may come from any thread, as on the bus.
 */
final class TwoRingsCaller implements Caller {
    private final Disruptor<ReferenceSlot> there;
    private final RingBuffer<ReferenceSlot> requests;
    private final RingBuffer<ReferenceSlot> replies;
    private final SequenceBarrier replyBarrier;
    private final Sequence lastReply = new Sequence();
    private final boolean spins;

    /** The caller spins until the reply is there, or waits as the handler waits for requests. */
    TwoRingsCaller(WaitStrategy waitStrategy, boolean spins) {
        this.spins = spins;
        replies = ReferenceSlot.disruptor(ProducerType.SINGLE, waitStrategy).getRingBuffer();
        replies.addGatingSequences(lastReply);
        replyBarrier = replies.newBarrier();
        there = ReferenceSlot.disruptor(ProducerType.MULTI, waitStrategy);
        there.handleEventsWith(ReferenceSlot.handler(request -> ReferenceSlot.publish(replies, request)));
        requests = there.start();
    }

    @Override
    public Message ask(Message request) {
        ReferenceSlot.publish(requests, request);
        long sequence = lastReply.get() + 1;
        await(sequence);
        Message reply = replies.get(sequence).message();
        lastReply.set(sequence);
        return reply;
    }

    private void await(long sequence) {
        if (spins) {
            while (replies.getCursor() < sequence) {
                Thread.onSpinWait();
            }
            return;
        }
        try {
            replyBarrier.waitFor(sequence);
        } catch (AlertException | TimeoutException | InterruptedException e) {
            throw new IllegalStateException("no reply", e);
        }
    }

    @Override
    public void close() {
        there.shutdown();
    }
}

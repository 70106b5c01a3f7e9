package dev.tokenring.benchmarks.peer;

import reactor.core.publisher.Sinks;
import reactor.core.publisher.Sinks.EmitResult;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.concurrent.Queues;

/**
 * Reactor's unicast sink, read on another thread through {@code publishOn}, which reads the sink's own queue (queue
 * fusion). The queue is a ring for one producer and one consumer; the sink itself turns a second publishing thread away
 * until the first is through, and both that and a full queue are answered by
 * yielding and trying again: whoever spins keeps the others from a core that they share.
 *
 * <p>See <a href="https://projectreactor.io/docs/core/release/reference/coreFeatures/sinks.html">its manual</a> on
 * sinks, and on trying again when threads compete.
 */
final class ReactorLane implements Lane {
    private final Scheduler scheduler = Schedulers.newSingle("handler", true);
    private final Sinks.Many<Message> sink = Sinks.many()
            .unicast()
            .onBackpressureBuffer(Queues.<Message>get(CAPACITY).get());

    ReactorLane(Receiver receiver) {
        sink.asFlux().publishOn(scheduler, CAPACITY).subscribe(receiver::receive);
    }

    @Override
    public void publish(Message message) {
        EmitResult result = sink.tryEmitNext(message);
        while (result != EmitResult.OK) {
            if (result != EmitResult.FAIL_OVERFLOW && result != EmitResult.FAIL_NON_SERIALIZED) {
                throw new IllegalStateException("the sink refused a message: " + result);
            }
            Thread.yield();
            result = sink.tryEmitNext(message);
        }
    }

    @Override
    public void close() {
        sink.tryEmitComplete();
        scheduler.dispose();
    }
}

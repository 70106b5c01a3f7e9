package dev.tokenring.benchmarks.peer;

import dev.tokenring.benchmarks.peer.Lane.Message;
import dev.tokenring.bus.Bus;
import dev.tokenring.bus.Service;
import dev.tokenring.bus.WaitStrategy;
import java.time.Duration;

/** The bus: a service with one handler, asked within a timeout. */
final class TokenringCaller implements Caller {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Bus bus = Bus.open();
    private final Service<Message, Message> service;
    private final boolean spins;

    /** The caller spins in the bus's own call for that, or joins the future. */
    TokenringCaller(WaitStrategy waitStrategy, boolean spins) {
        this.spins = spins;
        service = Service.of("echo", Message.class, Message.class)
                .withCapacity(Lane.CAPACITY)
                .withWaitStrategy(waitStrategy);
        bus.serve(service, (request, context) -> request);
    }

    @Override
    public Message ask(Message request) {
        return spins
                ? bus.requestSpinning(service, request, TIMEOUT)
                : bus.request(service, request, TIMEOUT).join();
    }

    @Override
    public void close() {
        bus.close();
    }
}

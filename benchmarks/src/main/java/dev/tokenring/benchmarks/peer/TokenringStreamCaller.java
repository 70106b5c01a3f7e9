package dev.tokenring.benchmarks.peer;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.Service;
import dev.tokenring.bus.WaitStrategy;
import java.time.Duration;

/** The bus: a service with one handler that streams, asked within a timeout. */
final class TokenringStreamCaller implements StreamCaller {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final String REQUEST = "request";

    private final Bus bus = Bus.open();
    private final Service<String, Integer> service;

    TokenringStreamCaller(WaitStrategy waitStrategy, int count) {
        service = Service.of("stream", String.class, Integer.class)
                .withCapacity(Lane.CAPACITY)
                .withWaitStrategy(waitStrategy);
        Integer[] parts = StreamCaller.parts(count);
        bus.serveStream(service, (request, replies) -> {
            for (Integer part : parts) {
                replies.send(part);
            }
        });
    }

    @Override
    public void ask(Reader reader) {
        bus.stream(service, REQUEST, TIMEOUT, reader::read).join();
    }

    @Override
    public void close() {
        bus.close();
    }
}

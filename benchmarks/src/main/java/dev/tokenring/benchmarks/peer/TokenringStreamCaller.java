package dev.tokenring.benchmarks.peer;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.Service;
import dev.tokenring.bus.WaitStrategy;
import java.time.Duration;

/** The bus: a service with one handler that streams, asked within a timeout. */
final class TokenringStreamCaller implements StreamCaller {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Bus bus = Bus.open();
    private final Service<Integer, Integer> service;

    TokenringStreamCaller(WaitStrategy waitStrategy, int count) {
        service = Service.of("stream", Integer.class, Integer.class)
                .withCapacity(Lane.CAPACITY)
                .withWaitStrategy(waitStrategy);
        Integer[][] answers = StreamCaller.replies(count);
        bus.serveStream(service, (request, replies) -> {
            for (Integer part : answers[request]) {
                replies.send(part);
            }
        });
    }

    @Override
    public void ask(Integer request, Reader reader) {
        bus.stream(service, request, TIMEOUT, reader::read).join();
    }

    @Override
    public void close() {
        bus.close();
    }
}

package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import dev.tokenring.bus.request.Answerer;

/** The kinds of handlers that answer requests, brought to one shape. */
final class Answers {
    private Answers() {}

    static <Q, R> Answerer<Q, R> of(RequestHandler<? super Q, ? extends R> handler) {
        requireNonNull(handler, "handler");
        return (request, exchange) -> {
            R reply = handler.handle(request, exchange);
            return requireNonNull(reply, "the handler returned null: a reply can't be null");
        };
    }

    static <Q, R> Answerer<Q, R> ofStream(StreamHandler<? super Q, R> handler) {
        requireNonNull(handler, "handler");
        return (request, exchange) -> {
            handler.handle(request, exchange);
            return Answerer.SENT;
        };
    }

    static <Q, R> Answerer<Q, R> ofAsync(AsyncHandler<? super Q, R> handler) {
        requireNonNull(handler, "handler");
        return (request, exchange) -> {
            handler.handle(request, exchange);
            return Answerer.LATER;
        };
    }
}

package dev.tokenring.bus;

import dev.tokenring.bus.failure.Guard;
import dev.tokenring.bus.request.Answerer;
import dev.tokenring.bus.request.Exchange;
import dev.tokenring.bus.thread.Scope;
import dev.tokenring.bus.time.Clock;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Puts a bus's interceptors where they belong. A bus without interceptors has none of these, and nothing is wrapped, put
 * down or asked for their sake.
 */
final class Interception {
    private final Interceptor interceptor;
    private final Clock clock;
    private final Guard guard;

    Interception(Interceptor interceptor, Clock clock, Guard guard) {
        this.interceptor = interceptor;
        this.clock = clock;
        this.guard = guard;
    }

    /** The headers that a message or request is to travel with. */
    Headers onPublish(String topic, Object message, Headers headers) {
        return Interceptors.checked(interceptor, interceptor.onPublish(topic, message, headers, beingHandled()));
    }

    private static Headers beingHandled() {
        Object scope = Scope.current();
        if (scope instanceof Headers headers) {
            return headers;
        }
        return scope instanceof Exchange<?, ?> exchange ? exchange.headers() : Headers.NONE;
    }

    <T> Handler<T> around(String topic, String subscription, Handler<? super T> handler) {
        return (message, context) ->
                handle(topic, subscription, message, context.headers(), () -> handler.handle(message, context));
    }

    <T> BatchHandler<T> aroundBatches(String topic, String subscription, BatchHandler<T> handler) {
        return (messages, last) ->
                handle(topic, subscription, messages, last.headers(), () -> handler.handle(messages, last));
    }

    private void handle(String topic, String subscription, Object message, Headers headers, Interceptor.Proceed handler)
            throws Exception {
        Object before = Scope.enter(headers);
        try {
            interceptor.aroundHandle(topic, subscription, message, headers, handler);
        } finally {
            Scope.enter(before);
        }
    }

    /** A request that is not let through to its handler ends as if that had returned without a reply. */
    <Q, R> Answerer<Q, R> aroundAnswers(String service, String name, Answerer<Q, R> handler) {
        return (request, exchange) -> {
            Object[] answer = {Answerer.SENT};
            interceptor.aroundHandle(
                    service, name, request, exchange.headers(), () -> answer[0] = handler.answer(request, exchange));
            return answer[0];
        };
    }

    /** Tells the interceptors how a request ends. */
    @SuppressWarnings("FutureReturnValueIgnored") // what an interceptor throws is reported where it is called
    void onReply(String service, Headers headers, long askedNs, CompletableFuture<?> reply) {
        var unused = reply.whenComplete((value, failure) -> ended(service, headers, askedNs, failure));
    }

    /** Tells the interceptors how a stream ends. */
    <R> Flow.Subscriber<R> onReply(
            String service, Headers headers, long askedNs, Flow.Subscriber<? super R> subscriber) {
        return new Watching<>(subscriber, failure -> ended(service, headers, askedNs, failure));
    }

    private void ended(String service, Headers headers, long askedNs, @Nullable Throwable failure) {
        try {
            interceptor.onReply(service, headers, failure, Duration.ofNanos(clock.nanoTime() - askedNs));
        } catch (Throwable broken) {
            guard.caught(service, "interceptor", broken);
        }
    }

    /** Told once that a stream has ended. */
    private interface EndOfStream {
        void ended(@Nullable Throwable failure);
    }

    private static final class Watching<R> implements Flow.Subscriber<R> {
        private final Flow.Subscriber<? super R> subscriber;
        private final EndOfStream end;
        private final AtomicBoolean ended = new AtomicBoolean();

        Watching(Flow.Subscriber<? super R> subscriber, EndOfStream end) {
            this.subscriber = subscriber;
            this.end = end;
        }

        private void end(@Nullable Throwable failure) {
            if (ended.compareAndSet(false, true)) {
                end.ended(failure);
            }
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscriber.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long parts) {
                    subscription.request(parts);
                }

                @Override
                public void cancel() {
                    subscription.cancel();
                    end(new CancellationException("the subscriber cancelled the stream"));
                }
            });
        }

        @Override
        public void onNext(R part) {
            subscriber.onNext(part);
        }

        @Override
        public void onError(Throwable failure) {
            end(failure);
            subscriber.onError(failure);
        }

        @Override
        public void onComplete() {
            end(null);
            subscriber.onComplete();
        }
    }
}

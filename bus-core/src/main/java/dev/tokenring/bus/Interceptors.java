package dev.tokenring.bus;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An interceptor around another one: several of them are a chain of such pairs. */
final class Interceptors implements Interceptor {
    private final Interceptor outer;
    private final Interceptor inner;

    private Interceptors(Interceptor outer, Interceptor inner) {
        this.outer = outer;
        this.inner = inner;
    }

    /** Makes one of several, the first being the outermost; of none, it makes null, which is the quickest to check for. */
    static @Nullable Interceptor chain(List<Interceptor> interceptors) {
        Interceptor chain = null;
        for (int i = interceptors.size() - 1; i >= 0; i--) {
            Interceptor outer = interceptors.get(i);
            chain = chain == null ? outer : new Interceptors(outer, chain);
        }
        return chain;
    }

    /** Null is nothing to go on with, and the message should say whose it is. */
    static Headers checked(Interceptor interceptor, @Nullable Headers headers) {
        if (headers == null) {
            throw new IllegalStateException(
                    "interceptor " + interceptor
                            + " returned null from onPublish: return the headers that it was given, or others derived from them");
        }
        return headers;
    }

    @Override
    public Headers onPublish(String topic, Object message, Headers headers, Headers cause) {
        return inner.onPublish(topic, message, checked(outer, outer.onPublish(topic, message, headers, cause)), cause);
    }

    @Override
    public void aroundHandle(String topic, String subscription, Object message, Headers headers, Proceed proceed)
            throws Exception {
        outer.aroundHandle(
                topic,
                subscription,
                message,
                headers,
                () -> inner.aroundHandle(topic, subscription, message, headers, proceed));
    }

    @Override
    public void onReply(String service, Headers headers, @Nullable Throwable failure, Duration took) {
        try {
            inner.onReply(service, headers, failure, took);
        } catch (Throwable broken) {
            try {
                outer.onReply(service, headers, failure, took);
            } catch (Throwable brokenToo) {
                if (brokenToo != broken) {
                    broken.addSuppressed(brokenToo);
                }
            }
            throw broken;
        }
        outer.onReply(service, headers, failure, took);
    }
}

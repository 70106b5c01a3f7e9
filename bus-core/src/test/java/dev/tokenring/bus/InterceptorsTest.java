package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Several interceptors act as one, the first outermost. */
class InterceptorsTest {
    private final List<String> seen = new ArrayList<>();

    /** Writes down what it sees, and leaves its name in the headers. */
    private class Witness implements Interceptor {
        private final String name;

        Witness(String name) {
            this.name = name;
        }

        @Override
        public Headers onPublish(String topic, Object message, Headers headers, Headers cause) {
            seen.add(name + " publish " + topic + " " + message + " " + headers.entries());
            return headers.withEntry(name, "was here");
        }

        @Override
        public void aroundHandle(String topic, String subscription, Object message, Headers headers, Proceed proceed)
                throws Exception {
            seen.add(name + " in " + topic + " " + subscription + " " + message + " " + headers);
            try {
                proceed.proceed();
            } finally {
                seen.add(name + " out");
            }
        }

        @Override
        public void onReply(String service, Headers headers, @Nullable Throwable failure, Duration took) {
            seen.add(name + " reply " + service + " " + headers + " " + failure + " " + took);
        }
    }

    private static Interceptor chain(Interceptor... interceptors) {
        return Interceptors.chain(List.of(interceptors));
    }

    private final Interceptor three = chain(new Witness("a"), new Witness("b"), new Witness("c"));

    @Test
    @SuppressWarnings("NullAway") // what an interceptor written without its checks may do
    void nullInsteadOfHeadersIsRefusedWithTheNameOfWhoseItIs() {
        var forgetful = new Witness("forgetful") {
            @Override
            public Headers onPublish(String topic, Object message, Headers headers, Headers cause) {
                return null;
            }

            @Override
            public String toString() {
                return "forgetful";
            }
        };
        assertThatThrownBy(() -> chain(forgetful, new Witness("b")).onPublish("t", "m", Headers.NONE, Headers.NONE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("interceptor forgetful returned null from onPublish");
    }

    @Test
    void noInterceptorIsNullAndOneIsItself() {
        assertThat(Interceptors.chain(List.of())).isNull();
        var only = new Witness("only");
        assertThat(chain(only)).isSameAs(only);
    }

    @Test
    void headersAreDerivedFromTheOutermostInwards() {
        Headers headers = three.onPublish("words", "hello", Headers.NONE, Headers.NONE);
        assertThat(headers.entries()).containsOnlyKeys("a", "b", "c");
        assertThat(seen)
                .containsExactly(
                        "a publish words hello {}",
                        "b publish words hello {a=was here}",
                        "c publish words hello {a=was here, b=was here}");
    }

    @Test
    void refusalKeepsTheMessageFromThoseFurtherIn() {
        Interceptor refusing = chain(
                new Witness("a"),
                new Interceptor() {
                    @Override
                    public Headers onPublish(String topic, Object message, Headers headers, Headers cause) {
                        throw new SecurityException("not you");
                    }
                },
                new Witness("c"));
        assertThatThrownBy(() -> refusing.onPublish("words", "hello", Headers.NONE, Headers.NONE))
                .isInstanceOf(SecurityException.class)
                .hasMessage("not you");
        assertThat(seen).containsExactly("a publish words hello {}");
    }

    @Test
    void handlerIsCalledOnceInTheMiddleOfAll() throws Exception {
        three.aroundHandle("words", "reader", "hello", Headers.NONE, () -> seen.add("handler"));
        assertThat(seen)
                .containsExactly(
                        "a in words reader hello Headers[]",
                        "b in words reader hello Headers[]",
                        "c in words reader hello Headers[]",
                        "handler",
                        "c out",
                        "b out",
                        "a out");
    }

    @Test
    void whatTheHandlerThrowsPassesAllOfThem() {
        var thrown = new IOException("disk");
        assertThatThrownBy(() -> three.aroundHandle("words", "reader", "hello", Headers.NONE, () -> {
                    throw thrown;
                }))
                .isSameAs(thrown);
        assertThat(seen).endsWith("c out", "b out", "a out");
    }

    @Test
    void interceptorMayKeepTheMessageFromTheHandler() throws Exception {
        Interceptor filtering = chain(
                new Witness("a"),
                new Interceptor() {
                    @Override
                    public void aroundHandle(
                            String topic, String subscription, Object message, Headers headers, Proceed proceed) {}
                },
                new Witness("c"));
        filtering.aroundHandle("words", "reader", "hello", Headers.NONE, () -> seen.add("handler"));
        assertThat(seen).containsExactly("a in words reader hello Headers[]", "a out");
    }

    @Test
    void replyIsSeenFromTheInnermostOutwards() {
        var failure = new IllegalStateException("no");
        three.onReply("dialogue", Headers.NONE, failure, Duration.ofMillis(3));
        three.onReply("dialogue", Headers.NONE, null, Duration.ofMillis(4));
        String failed = " reply dialogue Headers[] " + failure + " PT0.003S";
        String replied = " reply dialogue Headers[] null PT0.004S";
        assertThat(seen)
                .containsExactly("c" + failed, "b" + failed, "a" + failed, "c" + replied, "b" + replied, "a" + replied);
    }

    @Test
    void interceptorThatThrowsOnReplyHidesItFromNobody() {
        var first = new IllegalStateException("first");
        var second = new IllegalStateException("second");
        Interceptor broken = chain(new Witness("a"), throwing(second), new Witness("c"), throwing(first));
        assertThatThrownBy(() -> broken.onReply("dialogue", Headers.NONE, null, Duration.ZERO))
                .isSameAs(first)
                .hasSuppressedException(second);
        assertThat(seen)
                .containsExactly("c reply dialogue Headers[] null PT0S", "a reply dialogue Headers[] null PT0S");

        Interceptor twice = chain(throwing(first), throwing(first));
        assertThatThrownBy(() -> twice.onReply("dialogue", Headers.NONE, null, Duration.ZERO))
                .isSameAs(first);
    }

    private static Interceptor throwing(RuntimeException thrown) {
        return new Interceptor() {
            @Override
            public void onReply(String service, Headers headers, @Nullable Throwable failure, Duration took) {
                throw thrown;
            }
        };
    }

    @Test
    void whatIsNotOverriddenChangesNothing() throws Exception {
        var plain = new Interceptor() {};
        Headers headers = Headers.NONE.withSender("user1");
        assertThat(plain.onPublish("words", "hello", headers, Headers.NONE)).isSameAs(headers);
        plain.aroundHandle("words", "reader", "hello", headers, () -> seen.add("handler"));
        plain.onReply("dialogue", headers, null, Duration.ZERO);
        assertThat(seen).containsExactly("handler");
    }
}

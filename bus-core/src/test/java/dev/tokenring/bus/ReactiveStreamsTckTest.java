package dev.tokenring.bus;

import static org.junit.jupiter.api.Assumptions.abort;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.SkipException;
import org.testng.annotations.Test;

/** The publisher's half of the Reactive Streams TCK, whose TestNG methods run as tests of JUnit here. */
class ReactiveStreamsTckTest extends BusTest {
    private static final Service<Long, Long> COUNT = Service.of("count", Long.class, Long.class);

    /** Streams as many parts as a test of the TCK asks for. */
    public static final class Verification extends FlowPublisherVerification<Long> {
        private final Bus bus;

        Verification(Bus bus) {
            super(new TestEnvironment(PATIENCE.toMillis(), 50, 50), 300);
            this.bus = bus;
        }

        @Override
        public Flow.Publisher<Long> createFlowPublisher(long elements) {
            return bus.stream(COUNT, elements);
        }

        @Override
        public Flow.Publisher<Long> createFailedFlowPublisher() {
            return bus.stream(Service.of("nobody", Long.class, Long.class), 1L);
        }
    }

    @TestFactory
    Stream<DynamicTest> streamedRepliesObeyReactiveStreams() {
        Method[] methods = FlowPublisherVerification.class.getMethods();
        return Arrays.stream(methods)
                .filter(method -> method.isAnnotationPresent(Test.class))
                // Rules that the TCK names but can't check.
                .filter(method -> !method.getName().startsWith("untested_"))
                .sorted(Comparator.comparing(Method::getName))
                .map(method -> DynamicTest.dynamicTest(method.getName(), () -> run(method)));
    }

    private void run(Method method) throws Throwable {
        Bus bus = open();
        bus.serveStream(COUNT, (number, replies) -> {
            for (long i = 0; i < number && replies.send(i); i++) {}
        });
        var verification = new Verification(bus);
        verification.setUp();
        try {
            method.invoke(verification);
        } catch (InvocationTargetException thrown) {
            if (thrown.getCause() instanceof SkipException skipped) {
                abort(skipped.getMessage());
            }
            throw thrown.getCause();
        } finally {
            // Some of its readers never ask for the rest.
            bus.close(Duration.ofMillis(1));
        }
    }
}

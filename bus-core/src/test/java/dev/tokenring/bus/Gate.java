package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Holds a handler in the middle of its work until the test lets it go. */
final class Gate {
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch opened = new CountDownLatch(1);

    /** For the handler: says that it is here, and waits to be let through. */
    void pass() throws InterruptedException {
        arrived.countDown();
        opened.await();
    }

    /** For a handler that can't be interrupted: the same, whatever happens. */
    void passDespiteInterrupts() {
        arrived.countDown();
        while (opened.getCount() > 0) {
            try {
                opened.await();
            } catch (InterruptedException ignored) {
                // That is its nature.
            }
        }
    }

    void awaitArrival() throws InterruptedException {
        assertThat(arrived.await(BusTest.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("the handler came to the gate")
                .isTrue();
    }

    void open() {
        opened.countDown();
    }
}

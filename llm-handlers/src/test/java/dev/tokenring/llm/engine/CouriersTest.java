package dev.tokenring.llm.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CouriersTest {
    private final Couriers couriers = new Couriers("couriers-test");
    private final AtomicInteger run = new AtomicInteger();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    @AfterEach
    void close() {
        couriers.close();
    }

    private Runnable quick() {
        return () -> {
            threads.add(Thread.currentThread());
            run.incrementAndGet();
        };
    }

    private void await(int errands) {
        while (run.get() < errands) {
            couriers.relieve();
            Thread.onSpinWait();
        }
    }

    @Test
    void whoeverIsQuickDoesItAlone() {
        for (int step = 1; step <= 200; step++) {
            couriers.send(List.of(quick(), quick(), quick()));
            while (run.get() < 3 * step) {
                Thread.onSpinWait();
            }
        }
        // one that has nothing to do for a second, on a machine that stops so long, is followed by another
        assertThat(threads).hasSizeLessThan(4);
    }

    @Test
    void anErrandThatTakesLongHoldsUpNoOther() throws Exception {
        var release = new CountDownLatch(1);
        var errands = new ArrayList<Runnable>();
        for (int i = 0; i < 10; i++) {
            errands.add(() -> {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        errands.add(quick());
        couriers.send(errands);
        await(1);
        release.countDown();
    }

    @Test
    void anErrandThatThrowsIsThrownAlone() {
        couriers.send(List.of(
                () -> {
                    Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> {});
                    throw new IllegalStateException("on purpose");
                },
                quick(),
                quick()));
        while (run.get() < 2) {
            Thread.onSpinWait();
        }
    }

    @Test
    void closingWaitsForWhatWasSent() {
        couriers.send(List.of(quick()));
        couriers.send(List.of(() -> sleep(50), quick(), quick()));
        couriers.close();
        assertThat(run).hasValue(3);
    }

    @Test
    void noThreadIsLeftAfterClosing() {
        for (int i = 0; i < 1000; i++) {
            var closing = new Couriers("couriers-test");
            closing.send(List.of(quick()));
            closing.close();
            assertThat(threads).noneMatch(Thread::isAlive);
            threads.clear();
        }
    }

    /** Nobody relieves any more, and who holds up the only courier may never let go of it. */
    @Test
    void closingHoldsUpNobodyBehindOneThatBlocks() throws Exception {
        var began = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        couriers.send(List.of(() -> {
            began.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        began.await();
        couriers.send(List.of(quick(), quick()));
        couriers.close();
        assertThat(run).hasValue(2);
        release.countDown();
    }

    @Test
    void anInterruptThatAReaderLeavesDoesNotReachTheNext() {
        var interrupted = new AtomicInteger();
        for (int i = 1; i <= 20; i++) {
            couriers.send(List.of(
                    () -> Thread.currentThread().interrupt(),
                    () -> interrupted.addAndGet(Thread.currentThread().isInterrupted() ? 1 : 0),
                    quick()));
            await(i);
        }
        assertThat(interrupted).hasValue(0);
    }

    /** A system that has no thread to give, as often as it is asked, says so with this error. */
    private static final class Threads {
        private final AtomicInteger given = new AtomicInteger();
        private volatile int most;

        Threads(int most) {
            this.most = most;
        }

        void start(Thread thread) {
            if (given.get() >= most) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            given.incrementAndGet();
            thread.start();
        }
    }

    @Test
    void withoutAThreadErrandsWaitUntilThereIsOneAndRunOnce() {
        var threads = new Threads(0);
        var few = new Couriers("few", threads::start);
        few.send(List.of(quick(), quick()));
        few.send(List.of(quick()));
        assertThat(few.isBehind()).isTrue();
        threads.most = 1;
        while (run.get() < 3) {
            few.relieve();
            Thread.onSpinWait();
        }
        few.close();
        assertThat(run).hasValue(3);
    }

    @Test
    void whereNoOtherCanHelpTheOneThatLivesGoesOn() throws Exception {
        var few = new Couriers("few", new Threads(1)::start);
        var release = new CountDownLatch(1);
        var began = new CountDownLatch(1);
        few.send(List.of(() -> {
            began.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        began.await();
        few.send(List.of(quick(), quick()));
        sleep(10);
        few.relieve();
        assertThat(run).hasValue(0);
        release.countDown();
        few.close();
        assertThat(run).hasValue(2);
    }

    @Test
    void closingTriesForAThreadToo() {
        var threads = new Threads(0);
        var few = new Couriers("few", thread -> {
            boolean before = threads.given.get() == 0 && threads.most == 0;
            threads.most = before ? 1 : threads.most;
            if (before) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            threads.start(thread);
        });
        few.send(List.of(quick()));
        few.close();
        assertThat(run).hasValue(1);
    }

    private static void sleep(int ms) {
        try {
            TimeUnit.MILLISECONDS.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

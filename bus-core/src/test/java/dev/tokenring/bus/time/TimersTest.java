package dev.tokenring.bus.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TimersTest {
    /** Near the place where a long overflows, which {@link System#nanoTime()} may legally be. */
    private final AtomicLong nowNs = new AtomicLong(Long.MAX_VALUE - 500);

    private final Timers timers = new Timers(new Clock() {
        @Override
        public long nanoTime() {
            return nowNs.get();
        }

        @Override
        public Instant instant() {
            return Instant.EPOCH;
        }
    });
    private final List<String> happened = new ArrayList<>();

    private Timers.Timer inNs(long delayNs, String name) {
        return timers.at(nowNs.get() + delayNs, () -> happened.add(name));
    }

    @Test
    void actionsHappenInTheOrderOfTheirTimesAndNotBefore() {
        inNs(1_000, "third");
        inNs(10, "first");
        inNs(400, "second");
        inNs(1_000, "fourth");

        assertThat(timers.runDue()).isZero();
        assertThat(timers.untilNextNs()).isEqualTo(10);
        nowNs.addAndGet(10);
        assertThat(timers.runDue()).isEqualTo(1);
        assertThat(happened).containsExactly("first");
        nowNs.addAndGet(5_000);
        assertThat(timers.untilNextNs()).isZero();
        assertThat(timers.runDue()).isEqualTo(3);
        assertThat(happened).containsExactly("first", "second", "third", "fourth");
        assertThat(timers.untilNextNs()).isGreaterThan(Duration.ofDays(10_000).toNanos());
    }

    @Test
    void cancelledActionDoesNotHappen() {
        Timers.Timer second = inNs(20, "second");
        inNs(10, "first");
        second.cancel();
        second.cancel();
        nowNs.addAndGet(100);
        timers.runDue();
        assertThat(happened).containsExactly("first");
    }

    @Test
    void actionMaySetTheNextOne() {
        timers.at(nowNs.get(), () -> {
            happened.add("first");
            inNs(0, "second");
        });
        timers.runDue();
        assertThat(happened).containsExactly("first", "second");
    }

    @Test
    void closedTimersForgetEverything() {
        inNs(0, "never");
        timers.close();
        inNs(0, "never either");
        assertThat(timers.runDue()).isZero();
        assertThat(happened).isEmpty();
    }

    @Test
    void threadRunsActionsOnTimeWhateverTheOrderInWhichTheyAreSet() throws Exception {
        var real = new Timers(Clock.SYSTEM);
        var thread = new Thread(real::runUntilClosed);
        thread.start();
        var random = new SplittableRandom(17);
        var done = new CountDownLatch(200);
        var early = new AtomicLong();
        for (int i = 0; i < 200; i++) {
            long dueNs = System.nanoTime() + random.nextLong(TimeUnit.MILLISECONDS.toNanos(50));
            real.at(dueNs, () -> {
                if (System.nanoTime() - dueNs < 0) {
                    early.incrementAndGet();
                }
                done.countDown();
            });
        }
        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(early).hasValue(0);
        real.close();
        thread.join(10_000);
        assertThat(thread.isAlive()).isFalse();
    }

    @Test
    void actionThatThrowsIsReportedAndStopsNoOther() {
        var thrown = new ArrayList<Throwable>();
        timers.whenThrown(thrown::add);
        timers.at(nowNs.get(), () -> {
            throw new IllegalStateException("broken");
        });
        inNs(0, "next");
        assertThat(timers.runDue()).isEqualTo(2);
        assertThat(happened).containsExactly("next");
        assertThat(thrown).singleElement().satisfies(one -> assertThat(one).hasMessage("broken"));
    }
}

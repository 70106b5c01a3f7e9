package dev.tokenring.bus.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenring.bus.time.Clock;
import dev.tokenring.bus.time.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Handlers that don't come back are found, and named once. */
class WatchdogTest {
    private static final long CHECK_NS = 100;
    private static final long STUCK_NS = 1_000;

    /** Overflows during most of these tests, which {@link System#nanoTime()} may legally do. */
    private long nowNs = Long.MAX_VALUE - 450;

    private final long startNs = nowNs;
    private final Timers timers = new Timers(new Clock() {
        @Override
        public long nanoTime() {
            return nowNs;
        }

        @Override
        public Instant instant() {
            return Instant.EPOCH;
        }
    });
    private final Watchdog watchdog = new Watchdog(timers, CHECK_NS);
    private final List<String> alarms = new ArrayList<>();

    private final class Worker implements Watchdog.Watched {
        final String name;
        long handling = -1;
        long[] others = {};
        boolean closerLookConfirms = true;
        Runnable whenStuck = () -> {};

        Worker(String name) {
            this.name = name;
        }

        @Override
        public LongStream handling() {
            return handling < 0
                    ? LongStream.of(others)
                    : LongStream.concat(LongStream.of(handling), LongStream.of(others));
        }

        @Override
        public long stuckAfterNs() {
            return STUCK_NS;
        }

        @Override
        public boolean stuck(long message, long sinceNs) {
            if (!closerLookConfirms) {
                return false;
            }
            alarms.add(name + " at " + message + " since " + (sinceNs - startNs) + ", now " + (nowNs - startNs));
            whenStuck.run();
            return true;
        }
    }

    private Worker watch(String name) {
        var worker = new Worker(name);
        watchdog.watch(worker);
        return worker;
    }

    private void pass(long ns) {
        for (long end = nowNs + ns; end - nowNs > 0; ) {
            nowNs += Math.min(end - nowNs, 10);
            timers.runDue();
        }
    }

    @Test
    void handlerThatStaysAtOneMessageIsReportedOnce() {
        Worker worker = watch("worker");
        worker.handling = 0;
        pass(1_090);
        assertThat(alarms).isEmpty();
        pass(10);
        assertThat(alarms).containsExactly("worker at 0 since 100, now 1100");
        pass(10_000);
        assertThat(alarms).hasSize(1);
    }

    @Test
    void ofSeveralMessagesAtATimeEachHasATimeOfItsOwn() {
        Worker worker = watch("worker");
        worker.handling = 7;
        pass(500);
        worker.others = new long[] {8, 9};
        pass(500);
        worker.others = new long[] {9};
        pass(1_000);
        worker.handling = -1;
        pass(2_000);
        assertThat(alarms).containsExactly("worker at 7 since 100, now 1100", "worker at 9 since 600, now 1600");
    }

    @Test
    void eachMessageThatGetsStuckIsReported() {
        Worker worker = watch("worker");
        worker.handling = 7;
        pass(2_000);
        worker.handling = 8;
        pass(2_000);
        worker.handling = -1;
        pass(100);
        worker.handling = 8;
        pass(2_000);
        assertThat(alarms)
                .containsExactly(
                        "worker at 7 since 100, now 1100",
                        "worker at 8 since 2100, now 3100",
                        "worker at 8 since 4200, now 5200");
    }

    @Test
    void falseAlarmStartsTheTimeAnew() {
        Worker worker = watch("worker");
        worker.handling = 3;
        worker.closerLookConfirms = false;
        pass(1_500);
        worker.closerLookConfirms = true;
        pass(590);
        assertThat(alarms).isEmpty();
        pass(10);
        assertThat(alarms).containsExactly("worker at 3 since 1100, now 2100");
    }

    @Test
    void handlerThatGoesFromMessageToMessageIsNotStuck() {
        Worker worker = watch("worker");
        for (int i = 0; i < 50; i++) {
            worker.handling = i;
            pass(STUCK_NS);
        }
        assertThat(alarms).isEmpty();
    }

    @Test
    void idleHandlerIsNotStuck() {
        watch("worker");
        pass(50_000);
        assertThat(alarms).isEmpty();
    }

    @Test
    void eachIsWatchedForItself() {
        Worker quick = watch("quick");
        Worker slow = watch("slow");
        Worker idle = watch("idle");
        slow.handling = 3;
        for (int i = 0; i < 30; i++) {
            quick.handling = i;
            pass(100);
        }
        assertThat(idle.handling).isEqualTo(-1);
        assertThat(alarms).containsExactly("slow at 3 since 100, now 1100");
    }

    @Test
    void whoIsWatchedTwiceIsReportedOnce() {
        Worker worker = watch("worker");
        worker.handling = 0;
        pass(500);
        watchdog.watch(worker);
        pass(5_000);
        assertThat(alarms).containsExactly("worker at 0 since 100, now 1100");
    }

    @Test
    void whoWasLetGoIsNotReported() {
        Worker worker = watch("worker");
        worker.handling = 0;
        pass(1_050);
        watchdog.unwatch(worker);
        watchdog.unwatch(worker);
        pass(5_000);
        assertThat(alarms).isEmpty();
    }

    @Test
    void alarmMayLetGoAndWatchAnother() {
        Worker worker = watch("worker");
        var next = new Worker("next");
        next.handling = 1;
        worker.handling = 0;
        worker.whenStuck = () -> {
            watchdog.unwatch(worker);
            watchdog.watch(next);
        };
        pass(5_000);
        assertThat(alarms).hasSize(2).satisfies(both -> {
            assertThat(both.get(0)).isEqualTo("worker at 0 since 100, now 1100");
            assertThat(both.get(1)).startsWith("next at 1 since ");
        });
    }

    @Test
    void nothingIsPlannedWhileNobodyIsWatched() {
        long never = Duration.ofDays(10_000).toNanos();
        assertThat(timers.untilNextNs()).isGreaterThan(never);
        Worker worker = watch("worker");
        watch("other");
        assertThat(timers.untilNextNs()).isEqualTo(CHECK_NS);
        nowNs += CHECK_NS;
        assertThat(timers.runDue()).as("one check for all").isEqualTo(1);
        assertThat(timers.untilNextNs()).isEqualTo(CHECK_NS);

        watchdog.unwatch(worker);
        pass(CHECK_NS);
        assertThat(timers.untilNextNs()).as("the other is still watched").isEqualTo(CHECK_NS);
    }

    @Test
    void lastOneToGoEndsTheChecksAndTheNextToComeStartsThemAgain() {
        Worker worker = watch("worker");
        pass(CHECK_NS);
        watchdog.unwatch(worker);
        nowNs += CHECK_NS;
        timers.runDue();
        assertThat(timers.untilNextNs()).isGreaterThan(Duration.ofDays(10_000).toNanos());

        worker.handling = 5;
        watchdog.watch(worker);
        assertThat(timers.untilNextNs()).isEqualTo(CHECK_NS);
        pass(2_000);
        assertThat(alarms).containsExactly("worker at 5 since 300, now 1300");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1})
    void checksWithoutTimeBetweenThemAreRefused(long wrong) {
        assertThatThrownBy(() -> new Watchdog(timers, wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("checkEveryNs is " + wrong + ": it must be more than zero, for example 100000000");
    }

    @Test
    void stuckThreadIsFoundWhileItIsStuck() throws Exception {
        var real = new Timers(Clock.SYSTEM);
        var realWatchdog = new Watchdog(real, TimeUnit.MILLISECONDS.toNanos(1));
        var found = new CountDownLatch(1);
        realWatchdog.watch(new Watchdog.Watched() {
            @Override
            public LongStream handling() {
                return LongStream.of(3);
            }

            @Override
            public long stuckAfterNs() {
                return TimeUnit.MILLISECONDS.toNanos(5);
            }

            @Override
            public boolean stuck(long handling, long sinceNs) {
                found.countDown();
                return true;
            }
        });
        var thread = new Thread(real::runUntilClosed);
        thread.start();
        assertThat(found.await(10, TimeUnit.SECONDS)).isTrue();
        real.close();
        thread.join(10_000);
        assertThat(thread.isAlive()).isFalse();
    }
}

package dev.tokenring.benchmarks.latency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.benchmarks.peer.Peer;
import dev.tokenring.bus.WaitStrategy;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** Who is measured when, and what is made of it. */
class LatenciesTest {
    private final List<Run> done = new ArrayList<>();

    private Latencies latencies(int runs) {
        return new Latencies(List.of(Peer.TOKENRING, Peer.DISRUPTOR), runs, 1, 2, this::run);
    }

    private RunResult run(Run run) {
        done.add(run);
        return new RunResult(constant(1000L * done.size()), constant(5000), run.ratePerS() <= 1_000_000);
    }

    private static Percentiles constant(long ns) {
        var histogram = new Histogram(1_000_000_000, 3);
        histogram.recordValue(ns);
        return Percentiles.of(histogram);
    }

    @Test
    void peersTakeTurnsInAlternatingOrder() {
        latencies(3).at(500_000, WaitStrategy.ADAPTIVE, 0);
        assertThat(done.stream().map(Run::peer))
                .containsExactly(
                        Peer.TOKENRING, Peer.DISRUPTOR, Peer.DISRUPTOR, Peer.TOKENRING, Peer.TOKENRING, Peer.DISRUPTOR);
        assertThat(done).allMatch(run -> run.warmupS() == 1 && run.seconds() == 2);
    }

    @Test
    void resultIsTheMedianOfThePeersRunsBetweenTheLowestAndTheHighest() {
        LatencyResult ours = latencies(3).at(500_000, WaitStrategy.ADAPTIVE, 7).get(0);
        // It had the first, the fourth and the fifth turn.
        assertThat(ours.latencies().median().micros().values()).allMatch(micros -> Math.abs(micros - 4) < 0.01);
        assertThat(ours.latencies().lowest().micros().values()).allMatch(micros -> Math.abs(micros - 1) < 0.01);
        assertThat(ours.latencies().highest().micros().values()).allMatch(micros -> Math.abs(micros - 5) < 0.01);
        assertThat(ours.sustained()).isTrue();
        assertThat(ours.highestSustainedPerS()).isEqualTo(7);
    }

    @Test
    void rateThatIsNotKeptUpIsNamed() {
        assertThat(latencies(1).at(2_000_000, WaitStrategy.ADAPTIVE, 0)).noneMatch(LatencyResult::sustained);
    }

    @Test
    void calibrationAsksAllPeers() {
        int highest = latencies(1).highestSustained(WaitStrategy.YIELDING);
        assertThat(highest).isBetween(850_000, 1_000_000);
        assertThat(done.stream().map(Run::peer)).contains(Peer.DISRUPTOR);
    }
}

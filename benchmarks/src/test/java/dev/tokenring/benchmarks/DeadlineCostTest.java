package dev.tokenring.benchmarks;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

/** The end of a trial accepts what the designs leave when all is well. */
class DeadlineCostTest {
    private final DeadlineCost benchmark = new DeadlineCost();

    @Test
    void whatWasCancelledLeavesNothing() {
        for (int i = 0; i < 10; i++) {
            benchmark.executorTimer();
            benchmark.ownTimer();
        }
        assertThatCode(benchmark::close).doesNotThrowAnyException();
    }

    @Test
    void manyDeadlinesAreOneLook() {
        for (int i = 0; i < 10; i++) {
            benchmark.looking();
        }
        assertThatCode(benchmark::close).doesNotThrowAnyException();
    }
}

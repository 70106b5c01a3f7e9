package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Several actors do everything a bus offers, at random, on one bus after the other, and each checks what it sees against
 * what it did. The property {@code tokenring.soak.seconds} says for how long.
 */
class SoakTest extends BusTest {
    private static final long SOAK_NS = TimeUnit.SECONDS.toNanos(Integer.getInteger("tokenring.soak.seconds", 8));
    private static final int ACTORS = 3;
    private static final int STEPS = 400;

    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS) // the property says for how long
    void everyPromiseHoldsWhateverIsDoneInWhateverOrder() throws Exception {
        SplittableRandom random = new SplittableRandom(System.nanoTime());
        long startNs = System.nanoTime();
        while (System.nanoTime() - startNs < SOAK_NS) {
            long seed = random.nextLong();
            try {
                soakOneBus(seed);
            } catch (Throwable failed) {
                throw new AssertionError("the soak failed with seed " + seed, failed);
            }
        }
    }

    private void soakOneBus(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        errors.clear();
        Bus bus = Bus.open(BusOptions.DEFAULT.withErrorSink(errors::add).withDeadLetterCapacity(1_000_000));
        var actors = new ArrayList<SoakActor>();
        for (int i = 0; i < ACTORS; i++) {
            actors.add(new SoakActor(i, bus, random.split()));
        }
        var acting = new ArrayList<Future<SoakActor>>();
        for (SoakActor actor : actors) {
            acting.add(start(() -> actor.act(STEPS)));
        }
        for (Future<SoakActor> one : acting) {
            get(one);
        }
        CloseReport report = bus.close(PATIENCE);
        for (SoakActor actor : actors) {
            actor.checkAtTheEnd();
        }
        List<HandlerError> unexpected = errors.stream()
                .filter(error -> !(error.cause() instanceof SoakActor.Stumble))
                .toList();
        assertThat(unexpected).isEmpty();
        assertThat(errors.stream().filter(error -> !error.topic().startsWith("soak-service")))
                .as("every handler's stumble is reported, once")
                .hasSize(actors.stream().mapToInt(SoakActor::stumbles).sum());
        assertThat(SoakActor.TOPICS.stream()
                        .mapToInt(topic -> bus.deadLetters(topic).size())
                        .sum())
                .as("every message that a handler stumbled on is kept, once")
                .isEqualTo(actors.stream().mapToInt(SoakActor::stumbles).sum());
        assertThat(report.abandoned()).isZero();
        assertThat(report.refused()).isZero();
        await("threads of the bus end", () -> busThreads().isEmpty());
    }
}

package dev.tokenring.bus.soak;

import static org.assertj.core.api.Assertions.fail;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Does everything a bus offers, at random, on one bus after the other, and compares what was seen with a simple model of
 * what must happen: {@link Teller} and {@link Audience} for messages, {@link Question} for requests.
 *
 * <p>Each bus with its users is drawn from a seed, which a failure names. The property {@code tokenring.soak.seconds} says
 * for how long to go on; {@code tokenring.soak.seed} has the rounds of one seed run all that time, for threads meet
 * differently each time.
 */
class SoakTest {
    private static final long SOAK_NS = TimeUnit.SECONDS.toNanos(Integer.getInteger("tokenring.soak.seconds", 5));
    private static final int SHOWN = 20;
    private static final int SHOWN_FRAMES = 8;

    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS) // the property says for how long
    void everyPromiseHoldsWhateverIsDoneInWhateverOrder() throws Exception {
        Long onlySeed = Long.getLong("tokenring.soak.seed");
        var seeds = new SplittableRandom(System.nanoTime());
        long startNs = System.nanoTime();
        int rounds = 0;
        for (; System.nanoTime() - startNs < SOAK_NS; rounds++) {
            long seed = onlySeed != null ? onlySeed : seeds.nextLong();
            soak(seed, rounds);
        }
        System.out.println("soaked " + rounds + " buses");
    }

    private static void soak(long seed, int rounds) throws Exception {
        String again = "round " + rounds + " failed; run it again with -Dtokenring.soak.seed=" + seed;
        Round round = new Round(seed);
        List<String> broken;
        try {
            broken = round.run();
        } catch (Throwable failed) {
            // The cause first: who prints only the beginning of a message prints what matters.
            throw new AssertionError(again + "; " + rootOf(failed) + "; " + round, failed);
        }
        if (!broken.isEmpty()) {
            String shown = String.join("\n  ", broken.subList(0, Math.min(SHOWN, broken.size())));
            fail("%s\n%d promises were broken, among them:\n  %s\n%s", again, broken.size(), shown, round);
        }
    }

    private static String rootOf(Throwable failed) {
        Throwable root = failed;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root + " at "
                + Stream.of(root.getStackTrace()).limit(SHOWN_FRAMES).toList();
    }
}

package dev.tokenring.benchmarks.generation;

import dev.tokenring.llm.engine.BareLoop;
import java.util.List;

/** The forward passes alone, on the caller's thread. */
final class BareLoopGenerator implements Generator {
    private final BareLoop loop;

    BareLoopGenerator(BareLoop loop) {
        this.loop = loop;
    }

    @Override
    public int[] generate(List<int[]> prompts, int newTokens) {
        return loop.generate(prompts, newTokens).stream()
                .mapToInt(ids -> ids.length)
                .toArray();
    }

    @Override
    public void close() {
        loop.close();
    }
}

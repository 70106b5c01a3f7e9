package dev.tokenring.llm.model;

/**
 * Qwen3: Llama with a norm on each head's queries and keys, and if so configured a sliding window in the upper layers.
 *
 * @see <a href="https://arxiv.org/abs/2505.09388">Qwen3 technical report, 2025</a>
 */
final class Qwen3 extends Llama {
    private final SlidingWindow window;

    Qwen3(JsonFile config) {
        super(config, false, 128);
        window = Qwen2.windowOf(config);
    }

    @Override
    boolean headNorms() {
        return true;
    }

    @Override
    int window(int layer) {
        return window.at(layer);
    }
}

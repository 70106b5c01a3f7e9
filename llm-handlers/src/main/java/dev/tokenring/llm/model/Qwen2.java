package dev.tokenring.llm.model;

/**
 * Qwen2 and Qwen2.5: Llama with biases on queries, keys and values, and if so configured a sliding window in the upper
 * layers.
 *
 * @see <a href="https://arxiv.org/abs/2407.10671">Qwen2 technical report, 2024</a>
 */
final class Qwen2 extends Llama {
    private final SlidingWindow window;

    Qwen2(JsonFile config) {
        super(config);
        window = windowOf(config);
    }

    /** The window of Qwen's families: switched on by a flag of its own, and then not in the first layers. */
    static SlidingWindow windowOf(JsonFile config) {
        if (!config.flagOr("use_sliding_window", false)) {
            return SlidingWindow.none();
        }
        double first = config.numberOr("max_window_layers", 28);
        return SlidingWindow.ofSomeLayers(config, 4096, layer -> layer >= first);
    }

    @Override
    boolean queryKeyValueBias() {
        return true;
    }

    @Override
    boolean outputBias() {
        return false;
    }

    @Override
    int window(int layer) {
        return window.at(layer);
    }
}

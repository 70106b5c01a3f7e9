package dev.tokenring.llm.model;

import java.util.List;

/**
 * SmolLM3: Llama with some layers that know no positions, and if so configured a sliding window in those.
 *
 * @see <a href="https://huggingface.co/blog/smollm3">SmolLM3, 2025</a>
 * @see <a href="https://arxiv.org/abs/2501.18795">Yang et al., RoPE to NoPE and back again, 2025</a>
 */
final class SmolLm3 extends Llama {
    /** Despite its name in the configuration, 1 for a layer that rotates and 0 for one that does not. */
    private final List<Integer> rotates;

    private final int interval;
    private final SlidingWindow window;

    SmolLm3(JsonFile config) {
        super(config, true, 0);
        rotates = config.integers("no_rope_layers");
        interval = config.countOr("no_rope_layer_interval", Integer.MAX_VALUE, 4);
        if (!rotates.isEmpty() && rotates.size() < layers()) {
            throw config.unsupported("no_rope_layers", "take a file that says it for all " + layers() + " layers");
        }
        window = config.flagOr("use_sliding_window", false) && config.isPresent("sliding_window")
                ? SlidingWindow.ofSomeLayers(config, Attention.UNLIMITED, layer -> !rotates(layer))
                : SlidingWindow.none();
    }

    @Override
    boolean rotates(int layer) {
        return rotates.isEmpty() ? (layer + 1) % interval != 0 : rotates.get(layer) != 0;
    }

    @Override
    int window(int layer) {
        return window.at(layer);
    }
}

package dev.tokenring.llm.model;

/**
 * Mistral: Llama with a sliding window in all layers, or in none.
 *
 * @see <a href="https://arxiv.org/abs/2310.06825">Jiang et al., Mistral 7B, 2023</a>
 */
final class Mistral extends Llama {
    private static final int WINDOW = 4096;

    private final SlidingWindow window;

    Mistral(JsonFile config) {
        super(config);
        window = SlidingWindow.ofAllLayers(config, WINDOW);
    }

    @Override
    int window(int layer) {
        return window.at(layer);
    }
}

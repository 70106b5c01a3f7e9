package dev.tokenring.llm.model;

import java.util.List;
import java.util.function.IntPredicate;

/** How far the tokens of each layer look back: {@code sliding_window} and {@code layer_types} in a {@code config.json}. */
final class SlidingWindow {
    private static final int MOST = 1 << 30;
    private static final String FULL = "full_attention";
    private static final String SLIDING = "sliding_attention";

    private final int tokens;
    private final IntPredicate slides;

    private SlidingWindow(int tokens, IntPredicate slides) {
        this.tokens = tokens;
        this.slides = slides;
    }

    /** No layer has a window. */
    static SlidingWindow none() {
        return new SlidingWindow(Attention.UNLIMITED, layer -> false);
    }

    /** All layers have the window of the configuration; none, if that is null. */
    static SlidingWindow ofAllLayers(JsonFile config, int byDefault) {
        return new SlidingWindow(tokens(config, byDefault), layer -> true);
    }

    /** Those layers have the window that {@code layer_types} names, or those given if it is not there. */
    static SlidingWindow ofSomeLayers(JsonFile config, int byDefault, IntPredicate slides) {
        List<String> types = config.texts("layer_types");
        for (String type : types) {
            if (!type.equals(FULL) && !type.equals(SLIDING)) {
                throw config.unsupported("layer_types", "take a model whose layers are " + FULL + " or " + SLIDING);
            }
        }
        return new SlidingWindow(
                tokens(config, byDefault),
                types.isEmpty()
                        ? slides
                        : layer -> layer < types.size() && types.get(layer).equals(SLIDING));
    }

    private static int tokens(JsonFile config, int byDefault) {
        if (config.has("sliding_window") && !config.isPresent("sliding_window")) {
            return Attention.UNLIMITED;
        }
        return config.countOr("sliding_window", MOST, byDefault);
    }

    /** How many tokens a token of a layer sees, itself included. */
    int at(int layer) {
        return slides.test(layer) ? tokens : Attention.UNLIMITED;
    }
}

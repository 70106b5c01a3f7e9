package dev.tokenring.llm.model;

/** System properties of DJL, which it reads when its classes are first used. What the user has set stands. */
public final class DjlSetting {
    private DjlSetting() {}

    /** Switches off DJL's call home and all downloads; to be called before DJL's engine or tokenizer is first touched. */
    public static void keepOffline() {
        suggest("OPT_OUT_TRACKING", "true");
        suggest("ai.djl.offline", "true");
    }

    /** Sets a property that the user has not set. */
    public static void suggest(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}

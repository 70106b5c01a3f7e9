package dev.tokenring.bus.dispatch;

/**
 * A group whose messages all have one key. Its handler keeps an account of them that no lock guards and no field makes
 * visible: the promise that messages of one key are handled one after the other has to do for that.
 */
final class KeyedGroup {
    private final StressedGroup group = new StressedGroup((message, context) -> handle(message), message -> "key");
    private String handled = "";

    StressedGroup group() {
        return group;
    }

    private void handle(String message) {
        String before = handled;
        Thread.onSpinWait();
        handled = before + message;
    }

    /** The messages in the order in which they were handled. */
    String handled() {
        return handled;
    }
}

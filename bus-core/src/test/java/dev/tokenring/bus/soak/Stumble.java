package dev.tokenring.bus.soak;

/** What a handler throws on purpose. */
final class Stumble extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Stumble() {
        super("stumbled on purpose", null, false, false);
    }
}

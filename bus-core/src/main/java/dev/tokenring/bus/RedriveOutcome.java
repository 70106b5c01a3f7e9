package dev.tokenring.bus;

/** What became of a dead letter that was to be redriven. */
public enum RedriveOutcome {
    /** The message is with its subscription again. */
    REDRIVEN,

    /** It was redriven before, by this thread or another. Remedy: none; if it is to be handled again, publish its message. */
    REDRIVEN_BEFORE,

    /** The subscription that gave it up is not there; the letter stays. Remedy: subscribe under its name, then redrive it. */
    NO_SUBSCRIPTION,

    /** The bus is closing or closed; the letter stays. Remedy: none; read {@link Bus#deadLetters} for what is left. */
    CLOSED
}

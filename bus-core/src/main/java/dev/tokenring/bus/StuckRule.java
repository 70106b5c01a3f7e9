package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/** When a handler counts as stuck, and what is done about it then. */
record StuckRule(Duration after, StuckPolicy policy) {
    StuckRule {
        Service.positive(after);
        requireNonNull(policy, "policy");
    }

    /** The same, but that nothing is done. */
    StuckRule justReporting() {
        return new StuckRule(after, StuckPolicy.WAIT);
    }
}

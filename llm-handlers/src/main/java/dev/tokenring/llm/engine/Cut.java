package dev.tokenring.llm.engine;

/**
 * Which tokens are left to be drawn from: those whose logits are greater than the least, and of those that have just that
 * one the ids up to the last.
 */
record Cut(double least, int lastId) {
    /** Leaves all that are possible. */
    static final Cut NONE = new Cut(Double.NEGATIVE_INFINITY, -1);

    boolean keeps(float logit, int id) {
        return logit > least || (logit == least && id <= lastId);
    }

    /** Keeps what both do. */
    Cut and(Cut other) {
        if (least == other.least) {
            return lastId <= other.lastId ? this : other;
        }
        return least > other.least ? this : other;
    }
}

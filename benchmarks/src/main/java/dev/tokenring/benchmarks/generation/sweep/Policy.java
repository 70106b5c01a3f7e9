package dev.tokenring.benchmarks.generation.sweep;

import dev.tokenring.bus.AsyncHandler;

/**
 * Who is answered together with whom. All have the same engine behind them, with the same options, on the same bus, and each
 * has a queue of the length that suits it; so only the policy differs.
 *
 * <pre>
 *   ONE_AT_A_TIME      +-------+   +------------+    1    +--------+
 *   STATIC_BATCHES  --&gt;|  bus  |--&gt;| dispatcher |--------&gt;| engine |
 *                      +-------+   +------------+  1..16  +--------+
 *                                   lets the next in when all are done
 *
 *                      +-------+                          +--------+
 *   CONTINUOUS      --&gt;|  bus  |-------------------------&gt;| engine |
 *                      +-------+                          +--------+
 *                                            its own queue, up to 16 together
 * </pre>
 */
public enum Policy {
    /** The next request begins when the one before is answered. */
    ONE_AT_A_TIME("one at a time") {
        @Override
        <Q, R> AsyncHandler<Q, R> before(AsyncHandler<Q, R> engine) {
            return new Dispatcher<>(engine, 1, WAITING_FOR_ONE);
        }
    },

    /** Up to 16 that wait begin together; the next of them begin when the last of these is answered. */
    STATIC_BATCHES("static batches") {
        @Override
        <Q, R> AsyncHandler<Q, R> before(AsyncHandler<Q, R> engine) {
            return new Dispatcher<>(engine, TOGETHER, WAITING);
        }
    },

    /** The engine's own way: a request begins with the next step, and makes room as soon as it is answered. */
    CONTINUOUS("continuous batches") {
        @Override
        <Q, R> AsyncHandler<Q, R> before(AsyncHandler<Q, R> engine) {
            return engine;
        }
    };

    /** As many as the engine answers together. */
    static final int TOGETHER = 16;

    /** How many may wait for a batch, and for the engine: those of the next batch. */
    static final int WAITING = TOGETHER;

    /** How many may wait where one is answered at a time: those of whom the last is not too late then. */
    static final int WAITING_FOR_ONE = 4;

    private final String inWords;

    Policy(String inWords) {
        this.inWords = inWords;
    }

    /** The policy as it stands in a sentence. */
    public String inWords() {
        return inWords;
    }

    /** Puts what makes the policy before the engine. */
    abstract <Q, R> AsyncHandler<Q, R> before(AsyncHandler<Q, R> engine);
}

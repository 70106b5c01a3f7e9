package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How often a message is tried again when its handler throws, and how long it rests before each try.
 *
 * <p>The rests grow by a factor up to a limit, and each is shortened by a random part of itself, so that messages which
 * failed together don't come back together. Start from {@link #of(int)}, and derive:
 *
 * <pre>{@code
 * RetryPolicy policy = RetryPolicy.of(5)
 *         .withBackoff(Duration.ofMillis(50), 3, Duration.ofSeconds(10))
 *         .onlyFor(IOException.class::isInstance);
 * }</pre>
 *
 * <p>Two policies are equal if all they were told is.
 *
 * <p>Immutable, hence safe for use by any thread if the predicate given to {@link #onlyFor} is.
 */
public final class RetryPolicy {
    private static final Duration LONGEST = Duration.ofDays(365);

    /** The first try is the only one. */
    public static final RetryPolicy NONE = of(1);

    private final int maxAttempts;
    private final Duration first;
    private final double factor;
    private final Duration max;
    private final double jitter;
    private final Predicate<Throwable> canHelp;

    private RetryPolicy(
            int maxAttempts, Duration first, double factor, Duration max, double jitter, Predicate<Throwable> canHelp) {
        this.maxAttempts = maxAttempts;
        this.first = first;
        this.factor = factor;
        this.max = max;
        this.jitter = jitter;
        this.canHelp = canHelp;
    }

    /**
     * Describes a policy of so many tries, whatever is thrown. The rest before the second try is 100 ms, each further one
     * is twice as long, at most 30 seconds, and jitter takes off up to 0.2 of each.
     *
     * @param maxAttempts how often a message is tried at most, the first time included: 1 or more
     * @return the policy
     * @throws IllegalArgumentException if the number is less than 1
     */
    public static RetryPolicy of(int maxAttempts) {
        if (maxAttempts < 1) {
            throw new IllegalArgumentException("maxAttempts is " + maxAttempts
                    + ": it counts the first try too, so it must be at least 1, which means no retry");
        }
        return new RetryPolicy(maxAttempts, Duration.ofMillis(100), 2, Duration.ofSeconds(30), 0.2, thrown -> true);
    }

    /**
     * Derives a policy with these rests between two tries.
     *
     * @param first the rest before the second try: more than zero
     * @param factor what each rest is multiplied by to get the next one: 1 or more
     * @param max the longest rest: from {@code first} to 365 days
     * @return the derived policy
     * @throws IllegalArgumentException if a value is out of its range
     */
    public RetryPolicy withBackoff(Duration first, double factor, Duration max) {
        requireNonNull(max, "max");
        if (requireNonNull(first, "first").isZero() || first.isNegative()) {
            throw new IllegalArgumentException(
                    "first backoff is " + first + ": it must be more than zero, for example Duration.ofMillis(100)");
        }
        if (!(factor >= 1) || Double.isInfinite(factor)) {
            throw new IllegalArgumentException("backoff factor is " + factor
                    + ": it must be a number from 1, for rests of one length; 2 doubles each rest");
        }
        if (max.compareTo(first) < 0 || max.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "longest backoff is " + max + ": it must be from the first backoff, " + first + ", to " + LONGEST);
        }
        return new RetryPolicy(maxAttempts, first, factor, max, jitter, canHelp);
    }

    /**
     * Derives a policy with this jitter.
     *
     * @param fraction the part of a rest that chance may take off: from 0, for none, to 1
     * @return the derived policy
     * @throws IllegalArgumentException if the fraction is not from 0 to 1
     */
    public RetryPolicy withJitter(double fraction) {
        if (!(fraction >= 0 && fraction <= 1)) {
            throw new IllegalArgumentException("jitter is " + fraction
                    + ": it is a part of the backoff, and must be from 0 to 1, for example 0.2");
        }
        return new RetryPolicy(maxAttempts, first, factor, max, fraction, canHelp);
    }

    /**
     * Derives a policy that tries again only after errors that another try can mend; a message that fails with any other
     * is given up at once. Replaces the choice made before.
     *
     * @param canHelp whether another try can help after this was thrown; called on any thread. If it throws itself, there
     *     is no further try, and what it threw is added to the message's error as {@linkplain Throwable#getSuppressed()
     *     suppressed}
     * @return the derived policy
     */
    public RetryPolicy onlyFor(Predicate<Throwable> canHelp) {
        return new RetryPolicy(maxAttempts, first, factor, max, jitter, requireNonNull(canHelp, "canHelp"));
    }

    /**
     * How often a message is tried at most.
     *
     * @return the number of tries, the first one included
     */
    public int maxAttempts() {
        return maxAttempts;
    }

    /**
     * How long a message rests before it is tried again.
     *
     * @param attemptsSoFar how often it was tried: 1 or more
     * @param cause what the last try threw
     * @param random where the jitter comes from
     * @return the time until the next try in nanoseconds, 0 or more, or -1 if the message is given up
     */
    public long delayNs(int attemptsSoFar, Throwable cause, RandomGenerator random) {
        if (attemptsSoFar >= maxAttempts || !canHelp(cause)) {
            return -1;
        }
        double grownNs = (double) first.toNanos() * Math.pow(factor, attemptsSoFar - 1);
        double longestNs = Math.min(grownNs, (double) max.toNanos());
        return (long) (longestNs * (1 - jitter * random.nextDouble()));
    }

    private boolean canHelp(Throwable cause) {
        try {
            return canHelp.test(cause);
        } catch (Throwable brokenPredicate) {
            if (brokenPredicate != cause) {
                cause.addSuppressed(brokenPredicate);
            }
            return false;
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RetryPolicy policy
                && maxAttempts == policy.maxAttempts
                && first.equals(policy.first)
                && factor == policy.factor
                && max.equals(policy.max)
                && jitter == policy.jitter
                && canHelp.equals(policy.canHelp);
    }

    @Override
    public int hashCode() {
        return Objects.hash(maxAttempts, first, factor, max, jitter, canHelp);
    }

    @Override
    public String toString() {
        return "RetryPolicy[maxAttempts=" + maxAttempts + ", first=" + first + ", factor=" + factor + ", max=" + max
                + ", jitter=" + jitter + "]";
    }
}

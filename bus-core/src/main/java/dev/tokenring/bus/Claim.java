package dev.tokenring.bus;

/**
 * A slot of an {@linkplain Topic#inPlace in-place} topic that its claimer fills. Until it is committed or aborted, nobody
 * gets what was published after it, so fill it at once, in a {@code try} block: closing a claim that was not committed
 * aborts it.
 *
 * <pre>{@code
 * try (Claim<Quote> claim = quotes.claim()) {
 *     claim.message().set(symbol, price);
 *     claim.commit();
 * }
 * }</pre>
 *
 * <p>The object is used again: making a claim allocates nothing, and a claim must not be kept after its end, nor closed
 * after the same thread has claimed again. For the claiming thread only: on any other, {@link #close()} does nothing, and
 * everything else is refused.
 *
 * @param <T> the type of the messages
 */
public sealed interface Claim<T> extends AutoCloseable permits dev.tokenring.bus.ring.SlotClaim, InterceptedClaim {
    /**
     * The message to fill. It holds what was in the slot the last time round.
     *
     * @return the slot's own message
     * @throws IllegalStateException if the claim has ended, or was made by another thread
     */
    T message();

    /**
     * Gives what travels beside the message; {@link Headers#NONE} unless given.
     *
     * @param headers the headers
     * @throws IllegalStateException if the claim has ended, or was made by another thread
     */
    void headers(Headers headers);

    /**
     * Publishes the message. A subscription that is made between claim and commit may get it or not.
     *
     * @return {@link PublishOutcome#PUBLISHED}; or {@link PublishOutcome#CLOSED} if the topic or the bus was closed before
     *     the claim was made, or {@link PublishOutcome#NO_SUBSCRIPTION} if there is nobody to get it
     * @throws IllegalStateException if the claim has ended, or was made by another thread
     */
    PublishOutcome commit();

    /**
     * Gives the slot back unpublished; nobody gets its message.
     *
     * @throws IllegalStateException if the claim has ended, or was made by another thread
     */
    void abort();

    /** Aborts the claim unless it has ended. */
    @Override
    void close();
}

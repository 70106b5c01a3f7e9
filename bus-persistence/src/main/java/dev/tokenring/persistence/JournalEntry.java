package dev.tokenring.persistence;

import dev.tokenring.bus.Headers;

/**
 * One message of a journal.
 *
 * <p>Immutable; as safe for use by many threads as the message itself.
 *
 * @param <T> the message type
 * @param position the entry's place in the journal: the later the entry, the larger the number, with gaps
 * @param headers what travelled beside the message
 * @param message the message
 */
public record JournalEntry<T>(long position, Headers headers, T message) {}

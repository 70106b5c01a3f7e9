package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * A message given up on, with everything needed to inspect it, to mend it and to publish it again. A bus publishes each
 * one to the {@linkplain #topicOf(Topic) dead-letter topic} of the message's topic.
 *
 * <p>Immutable as far as the message is, hence safe for use by any thread.
 *
 * @param topic the name of the topic that the message was published to
 * @param subscription the name of the subscription whose handler could not deal with it
 * @param sequence the message's place in the topic
 * @param message the message itself
 * @param headers the message's headers
 * @param attempts how often the handler was called with it; 0 if it never was, since the subscription was taken off its
 *     topic
 * @param lastError what the last attempt threw, or why there was none
 * @param firstFailure when the first attempt failed
 * @param givenUp when the message was given up
 * @param <T> the type of the message
 */
public record DeadLetter<T>(
        String topic,
        String subscription,
        long sequence,
        T message,
        Headers headers,
        int attempts,
        Throwable lastError,
        Instant firstFailure,
        Instant givenUp) {
    private static final String PREFIX = "dead-letters.";

    /** The dead letters of all topics: the pattern {@code dead-letters.>}. */
    public static final TopicPattern<DeadLetter<?>> ALL = TopicPattern.of(PREFIX + ">", ofAnyMessage());

    @SuppressWarnings("unchecked") // A class knows no type argument.
    private static <D extends DeadLetter<?>> Class<D> ofAnyMessage() {
        Class<?> type = DeadLetter.class;
        return (Class<D>) type;
    }

    /**
     * Checks that everything is there.
     *
     * @param topic see the record
     * @param subscription see the record
     * @param sequence see the record
     * @param message see the record
     * @param headers see the record
     * @param attempts see the record
     * @param lastError see the record
     * @param firstFailure see the record
     * @param givenUp see the record
     * @throws IllegalArgumentException if the sequence or the number of attempts is negative
     */
    public DeadLetter {
        requireNonNull(topic, "topic");
        requireNonNull(subscription, "subscription");
        requireNonNull(message, "message");
        requireNonNull(headers, "headers");
        requireNonNull(lastError, "lastError");
        requireNonNull(firstFailure, "firstFailure");
        requireNonNull(givenUp, "givenUp");
        if (sequence < 0) {
            throw new IllegalArgumentException("sequence is " + sequence + ": the sequences of a topic start at 0");
        }
        if (attempts < 0) {
            throw new IllegalArgumentException(
                    "attempts is " + attempts + ": give the number of times the handler was called, 0 if it never was");
        }
    }

    /** Whether topics with such a name are for dead letters only. */
    static boolean isNameOfTopic(String name) {
        return name.startsWith(PREFIX);
    }

    /**
     * The topic on which a bus publishes the dead letters of a topic. Its name is {@code dead-letters.} and the topic's
     * own, so that {@link #ALL} stands for those of all topics.
     *
     * @param <T> the type of the messages
     * @param topic the topic whose messages may be given up on
     * @return a topic of the default capacity and wait strategy
     */
    public static <T> Topic<DeadLetter<T>> topicOf(Topic<T> topic) {
        return Topic.of(PREFIX + topic.name(), ofAnyMessage());
    }

    /**
     * Derives a letter whose message can be handled at last; everything else stays.
     *
     * @param mended the message to try again with
     * @return the derived letter
     */
    public DeadLetter<T> withMessage(T mended) {
        return new DeadLetter<>(
                topic, subscription, sequence, mended, headers, attempts, lastError, firstFailure, givenUp);
    }
}

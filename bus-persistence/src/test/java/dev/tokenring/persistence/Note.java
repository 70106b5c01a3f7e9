package dev.tokenring.persistence;

import dev.tokenring.codec.Codec;
import dev.tokenring.codec.JsonCodec;

/** The message of the tests. */
record Note(int number, String text) {
    static final Codec<Note> CODEC = JsonCodec.of(Note.class);

    static Note of(int number) {
        return new Note(number, "x".repeat(number % 97));
    }
}

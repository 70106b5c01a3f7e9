/**
 * A customer-service dialogue in the terminal: each line becomes a JSON message, is journaled, asked over the bus, and
 * answered by a language model token by token.
 */
@NullMarked
package dev.tokenring.examples.dialogue;

import org.jspecify.annotations.NullMarked;

/** The journal: a durable log of messages on Chronicle Queue. */
@NullMarked
package dev.tokenring.persistence;

import org.jspecify.annotations.NullMarked;

/** The journal: a durable log of messages. */
@NullMarked
package dev.tokenring.persistence;

import org.jspecify.annotations.NullMarked;

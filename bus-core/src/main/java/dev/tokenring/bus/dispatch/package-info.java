/** The loops that carry messages from a ring to a handler. */
@NullMarked
package dev.tokenring.bus.dispatch;

import org.jspecify.annotations.NullMarked;

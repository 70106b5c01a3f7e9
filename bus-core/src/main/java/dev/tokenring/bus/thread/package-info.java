/** The threads of a bus, and what they are at. */
@NullMarked
package dev.tokenring.bus.thread;

import org.jspecify.annotations.NullMarked;

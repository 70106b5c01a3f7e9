/** What time it is, and what is to happen when. */
@NullMarked
package dev.tokenring.bus.time;

import org.jspecify.annotations.NullMarked;

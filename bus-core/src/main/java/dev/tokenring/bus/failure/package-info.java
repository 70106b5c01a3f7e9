/** What happens to what user code throws. */
@NullMarked
package dev.tokenring.bus.failure;

import org.jspecify.annotations.NullMarked;

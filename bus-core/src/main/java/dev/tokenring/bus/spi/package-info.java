/** What other modules implement to plug into a bus. */
@NullMarked
package dev.tokenring.bus.spi;

import org.jspecify.annotations.NullMarked;

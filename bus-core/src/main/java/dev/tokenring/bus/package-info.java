/** The message bus: typed topics and services inside one JVM. */
@NullMarked
package dev.tokenring.bus;

import org.jspecify.annotations.NullMarked;

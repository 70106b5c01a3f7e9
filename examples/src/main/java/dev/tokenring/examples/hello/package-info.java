/** The smallest example: publish, subscribe, ask, stream. */
@NullMarked
package dev.tokenring.examples.hello;

import org.jspecify.annotations.NullMarked;

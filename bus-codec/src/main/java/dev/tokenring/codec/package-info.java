/** Messages to bytes and back. */
@NullMarked
package dev.tokenring.codec;

import org.jspecify.annotations.NullMarked;

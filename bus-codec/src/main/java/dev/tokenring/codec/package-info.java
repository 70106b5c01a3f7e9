/** Messages to bytes and back: codecs, and the frame that carries headers, payload and checksum. */
@NullMarked
package dev.tokenring.codec;

import org.jspecify.annotations.NullMarked;

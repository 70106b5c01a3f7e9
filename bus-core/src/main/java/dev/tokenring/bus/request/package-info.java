/** One request and what becomes of it: a pending reply or a stream, with exactly one end. */
@NullMarked
package dev.tokenring.bus.request;

import org.jspecify.annotations.NullMarked;

/** Any language model on the bus: what it says, how well it knows a text, and how fast it answers many callers. */
@NullMarked
package dev.tokenring.examples.bringyourmodel;

import org.jspecify.annotations.NullMarked;

/** Small applications that each do a whole job. */
@NullMarked
package dev.tokenring.examples;

import org.jspecify.annotations.NullMarked;

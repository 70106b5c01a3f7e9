/** What can be seen of a bus from outside: events for the flight recorder, and tables for people. */
@NullMarked
package dev.tokenring.bus.inspect;

import org.jspecify.annotations.NullMarked;

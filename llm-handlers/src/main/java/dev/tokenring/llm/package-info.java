/** Language models as handlers on the bus: load a folder, serve it, and stream what it says. */
@NullMarked
package dev.tokenring.llm;

import org.jspecify.annotations.NullMarked;

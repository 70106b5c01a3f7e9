/** Language models as handlers on the bus. */
@NullMarked
package dev.tokenring.llm;

import org.jspecify.annotations.NullMarked;

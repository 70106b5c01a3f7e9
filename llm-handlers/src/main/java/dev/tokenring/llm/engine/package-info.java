/** From token ids to token ids: the forward pass in one native call, its cache, sampling, and whole characters out. */
@NullMarked
package dev.tokenring.llm.engine;

import org.jspecify.annotations.NullMarked;

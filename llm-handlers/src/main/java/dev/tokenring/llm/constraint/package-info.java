/** What a text may be: regular expressions and JSON schemas as automata over bytes, and the tokens that they allow. */
@NullMarked
package dev.tokenring.llm.constraint;

import org.jspecify.annotations.NullMarked;

/** Folders in the style of Hugging Face: configuration, weights, tokenizer, chat template, and the families they belong to. */
@NullMarked
package dev.tokenring.llm.model;

import org.jspecify.annotations.NullMarked;

package dev.tokenring.examples.dialogue;

import dev.tokenring.llm.ChatEvent;

/**
 * What happened to a session beside what was said in it.
 *
 * @param event any but {@link ChatEvent.Said}, for which there are messages
 */
record SessionChange(ChatEvent event) implements DialogueEntry {}

package dev.tokenring.examples.dialogue;

/** What is said in a dialogue, by either side. */
sealed interface NlpMessage extends DialogueEntry permits NlpQuery, NlpResponse {}

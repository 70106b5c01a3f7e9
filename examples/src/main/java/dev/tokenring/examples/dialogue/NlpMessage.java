package dev.tokenring.examples.dialogue;

/** What is said in a dialogue, by either side. */
sealed interface NlpMessage permits NlpQuery, NlpResponse {}

package dev.tokenring.examples.dialogue;

/** What a dialogue's journal holds. */
sealed interface DialogueEntry permits NlpMessage, SessionChange {}

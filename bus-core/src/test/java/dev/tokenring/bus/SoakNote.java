package dev.tokenring.bus;

/** What an actor of {@link SoakTest} publishes: its name, and a number that grows by one for each topic. */
record SoakNote(int actor, int number) {}

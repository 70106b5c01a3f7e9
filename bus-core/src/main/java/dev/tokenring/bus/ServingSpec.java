package dev.tokenring.bus;

/** What a {@link ServingBuilder} has been told. */
record ServingSpec(String name, Execution execution, StuckRule stuck) {
    static ServingSpec plain(StuckRule stuck) {
        return new ServingSpec(Services.UNNAMED, Execution.ownThread(), stuck);
    }

    ServingSpec withName(String changed) {
        return new ServingSpec(changed, execution, stuck);
    }

    ServingSpec withExecution(Execution changed) {
        return new ServingSpec(name, changed, stuck);
    }

    ServingSpec withStuck(StuckRule changed) {
        return new ServingSpec(name, execution, changed);
    }
}

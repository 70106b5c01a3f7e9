/** Messages to bytes and back, and the frame in which they travel and rest. */
module dev.tokenring.codec {
    requires transitive static org.jspecify;
    requires transitive dev.tokenring.bus;
    requires tools.jackson.databind;

    exports dev.tokenring.codec;
}

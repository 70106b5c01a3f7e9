/** The message bus: typed topics and services inside one JVM. */
module dev.tokenring.bus {
    requires static transitive org.jspecify;
    requires com.lmax.disruptor;
    requires jdk.jfr;

    exports dev.tokenring.bus;
    exports dev.tokenring.bus.spi;
}

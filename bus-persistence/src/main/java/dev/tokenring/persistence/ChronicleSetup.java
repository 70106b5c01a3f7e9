package dev.tokenring.persistence;

import java.util.Map;

/**
 * Keeps Chronicle Queue offline and quiet. It reads these properties when its classes are loaded, so they are set before
 * the first of them is; a value that the program has set itself is left alone.
 */
final class ChronicleSetup {
    private static final Map<String, String> PROPERTIES = Map.of(
            "chronicle.analytics.disable", "true", // no calls to an analytics host, whatever is on the class path
            "chronicle.announcer.disable", "true", // no banner
            "chronicle.disk.monitor.disable", "true", // no thread that watches the disk: DiskRoom sees to that
            "slf4j.internal.verbosity", "ERROR"); // no complaint that a program has no SLF4J provider

    private ChronicleSetup() {}

    /** To be called before any class of Chronicle Queue is touched. */
    static void prepare() {
        JvmFlags.require();
        PROPERTIES.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
    }
}

package dev.tokenring.benchmarks;

/** What figures depend on, for printing beside them. */
final class Machine {
    private Machine() {}

    static String description() {
        return "%s, %d processors, %s %s, %s %s"
                .formatted(
                        System.getProperty("os.arch"),
                        Runtime.getRuntime().availableProcessors(),
                        System.getProperty("os.name"),
                        System.getProperty("os.version"),
                        System.getProperty("java.vm.name"),
                        System.getProperty("java.vm.version"));
    }
}

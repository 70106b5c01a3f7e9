package dev.tokenring.llm.engine;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** How much memory there is. */
final class MachineMemory {
    private static final long UNKNOWN = 4L << 30;

    private MachineMemory() {}

    /** The memory of the machine, or of the container that the JVM runs in; 4 GiB where the JVM can't tell. */
    static long totalBytes() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : UNKNOWN;
    }
}

package dev.tokenring.llm.engine;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;

/** How much memory there is on a device, and how much of it is for caches unless somebody says otherwise. */
final class DeviceMemory {
    private static final long UNKNOWN = 4L << 30;
    private static final int SHARE_OF_MACHINE = 4;
    private static final int SHARE_OF_GPU = 2;

    private DeviceMemory() {}

    /**
     * A quarter of the memory of the machine, or of the container that the JVM runs in; on a GPU half of what is free
     * there, with the weights loaded. Where either can't be told, a quarter of 4 GiB.
     */
    static long forCaches(Device device) {
        return device.isGpu() ? freeBytes(device) / SHARE_OF_GPU : machineBytes() / SHARE_OF_MACHINE;
    }

    private static long machineBytes() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : UNKNOWN;
    }

    private static long freeBytes(Device gpu) {
        try {
            MemoryUsage memory = CudaUtils.getGpuMemory(gpu);
            return memory.getMax() - memory.getUsed();
        } catch (RuntimeException | LinkageError noCudaRuntimeOnTheLibraryPath) {
            return UNKNOWN * SHARE_OF_GPU / SHARE_OF_MACHINE;
        }
    }
}

package dev.tokenring.llm.engine;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * The memory that native libraries allocate. GNU's allocator keeps what is freed, in as many as eight arenas a processor;
 * threads use them in turn, so that a model loaded again and again would leave its size in each of them.
 */
final class NativeHeap {
    private static final String COMMANDS = "com.sun.management:type=DiagnosticCommand";

    private NativeHeap() {}

    /**
     * Gives the operating system back what is free, where the JVM has the command {@code System.trim_native_heap}: on Linux,
     * for one, 17.0.15 and 25. Takes milliseconds.
     *
     * @return whether it could
     */
    static boolean trim() {
        try {
            ManagementFactory.getPlatformMBeanServer()
                    .invoke(new ObjectName(COMMANDS), "systemTrimNativeHeap", null, null);
            return true;
        } catch (JMException | RuntimeException | LinkageError notHere) {
            return false;
        }
    }
}

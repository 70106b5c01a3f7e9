package dev.tokenring.benchmarks.measure;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What figures depend on, to be printed beside them.
 *
 * @param processor its model
 * @param processors how many of them there are for this JVM
 * @param memoryMib the machine's memory in MiB
 * @param system the operating system and its kernel
 * @param jvm its name and version
 * @param flags the JVM's flags, those that the benchmarks add themselves apart
 */
public record Machine(String processor, int processors, long memoryMib, String system, String jvm, List<String> flags) {
    private static final Path LINUX_PROCESSORS = Path.of("/proc/cpuinfo");

    /** Looks at the machine and the JVM that this is called on. */
    public static Machine here() {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new Machine(
                processorModel(),
                Runtime.getRuntime().availableProcessors(),
                system.getTotalMemorySize() >> 20,
                system.getName() + " " + system.getVersion(),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"),
                ManagementFactory.getRuntimeMXBean().getInputArguments());
    }

    private static String processorModel() {
        if (Files.isReadable(LINUX_PROCESSORS)) {
            try (Stream<String> lines = Files.lines(LINUX_PROCESSORS)) {
                return lines.filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst()
                        .orElse(System.getProperty("os.arch"));
            } catch (IOException unreadable) {
                return System.getProperty("os.arch");
            }
        }
        return System.getProperty("os.arch");
    }

    /** Whether figures of the other may stand beside figures of this one; the JVM may be another. */
    public boolean isHardwareOf(Machine other) {
        return processor.equals(other.processor) && processors == other.processors && memoryMib == other.memoryMib;
    }

    /** All of it in one line. */
    public String describe() {
        return "%s, %d processors, %d MiB, %s, %s%s"
                .formatted(
                        processor,
                        processors,
                        memoryMib,
                        system,
                        jvm,
                        flags.isEmpty() ? "" : ", flags " + String.join(" ", flags));
    }
}

package dev.tokenring.persistence;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The flags that a JVM must be started with to open a {@link Journal}: Chronicle Queue maps files through internals of
 * the JDK, which the JDK opens only when it is told to.
 *
 * <p>The same flags are right for every JDK from 17 to 25; {@link #quieting()} depends on the JDK that runs. Chronicle
 * Queue is expected on the class path.
 *
 * <p>Thread-safe: it has no state.
 */
public final class JvmFlags {
    private static final String CHRONICLE = "net.openhft.chronicle.core.OS";
    private static final String TO_ALL = "=ALL-UNNAMED";
    private static final int JDK_WITH_UNSAFE_FLAG = 23;
    private static final int JDK_WITH_NATIVE_FLAG = 22;

    /** Found by taking away one at a time: append, roll, read and close fail or warn without any one of these. */
    private static final List<Access> ACCESSES = List.of(
            new Access("Add-Exports", "java.base", "jdk.internal.ref"),
            new Access("Add-Opens", "java.base", "java.lang.reflect"),
            new Access("Add-Opens", "java.base", "sun.nio.ch"));

    private JvmFlags() {}

    /**
     * The flags without which no journal opens.
     *
     * @return the flags, one an element, as they stand on a command line before the main class
     */
    public static List<String> required() {
        return ACCESSES.stream().map(Access::flag).toList();
    }

    /**
     * Those of {@link #required()} that this JVM was started without.
     *
     * @return the missing flags; empty if a journal can be opened
     */
    public static List<String> missing() {
        Module chronicle = moduleOfChronicle();
        return ACCESSES.stream()
                .filter(access -> !access.isGrantedTo(chronicle))
                .map(Access::flag)
                .toList();
    }

    /**
     * Flags that keep the running JDK from warning, on its standard error, about what Chronicle Queue does. They are for
     * JDK 22 and later; older ones do not know them and refuse to start. A journal works without them.
     *
     * @return the flags for the JDK that runs this; empty below JDK 22
     */
    public static List<String> quieting() {
        var flags = new ArrayList<String>();
        int jdk = Runtime.version().feature();
        if (jdk >= JDK_WITH_NATIVE_FLAG) {
            flags.add("--enable-native-access=ALL-UNNAMED");
        }
        if (jdk >= JDK_WITH_UNSAFE_FLAG) {
            flags.add("--sun-misc-unsafe-memory-access=allow");
        }
        return List.copyOf(flags);
    }

    /**
     * The same as {@link #required()}, for the manifest of a jar that is started with {@code java -jar}.
     *
     * @return attribute names and values
     */
    public static Map<String, String> manifestAttributes() {
        var attributes = new TreeMap<String, String>();
        ACCESSES.forEach(
                access -> attributes.merge(access.attribute(), access.target(), (one, other) -> one + " " + other));
        return attributes;
    }

    /** Refuses to go on where Chronicle Queue would fail half way. */
    static void require() {
        List<String> missing = missing();
        if (missing.isEmpty()) {
            return;
        }
        String flags = String.join(" ", required());
        var message = new StringBuilder("This JVM was started without ")
                .append(String.join(" ", missing))
                .append(", which a journal needs.\nOn the command line, add before the main class:\n  ")
                .append(flags)
                .append("\nFor tests, in the configuration of maven-surefire-plugin:\n  <argLine>")
                .append(flags)
                .append("</argLine>\nIn the manifest of a jar that is started with java -jar:\n");
        manifestAttributes().forEach((name, value) -> message.append("  ")
                .append(name)
                .append(": ")
                .append(value)
                .append('\n'));
        if (!quieting().isEmpty()) {
            message.append("On this JDK, these keep it from printing warnings (command line and argLine only):\n  ")
                    .append(String.join(" ", quieting()))
                    .append('\n');
        }
        throw new JournalException(message.toString().stripTrailing());
    }

    private static Module moduleOfChronicle() {
        try {
            return Class.forName(CHRONICLE, false, JvmFlags.class.getClassLoader())
                    .getModule();
        } catch (ClassNotFoundException e) {
            throw new JournalException(
                    "Chronicle Queue is not on the class path: add net.openhft:chronicle-queue, on which"
                            + " dev.tokenring:bus-persistence depends",
                    e);
        }
    }

    private record Access(String attribute, String module, String packageName) {
        String flag() {
            return "--" + attribute.toLowerCase(java.util.Locale.ROOT) + "=" + target() + TO_ALL;
        }

        String target() {
            return module + "/" + packageName;
        }

        boolean isGrantedTo(Module reader) {
            Module owner = Object.class.getModule();
            return attribute.equals("Add-Opens")
                    ? owner.isOpen(packageName, reader)
                    : owner.isExported(packageName, reader);
        }
    }
}

package dev.tokenring.benchmarks.report;

import java.nio.file.Path;

/**
 * Leads from the page to what it speaks of.
 *
 * @param toRoot the way from the page's folder to the repository's root, such as {@code ../../}
 */
record Sources(String toRoot) {
    /** Leads from a page in this folder to what is below this root. */
    static Sources of(Path folder, Path root) {
        return new Sources(way(folder, root));
    }

    /** The way from a folder to another, as a link has it; empty if they are the same. */
    static String way(Path from, Path to) {
        Path way =
                from.toAbsolutePath().normalize().relativize(to.toAbsolutePath().normalize());
        String steps = way.toString().replace('\\', '/');
        return steps.isEmpty() ? "" : steps + "/";
    }

    /** A link to a benchmark, whose documentation draws its shape. */
    String link(Class<?> benchmark) {
        return "[`%s`](%sbenchmarks/src/main/java/%s.java)"
                .formatted(
                        benchmark.getSimpleName(), toRoot, benchmark.getName().replace('.', '/'));
    }

    /** Completes the links of a text in which <code>{root}</code> stands for the repository's root. */
    String complete(String text) {
        return text.replace("{root}", toRoot);
    }
}

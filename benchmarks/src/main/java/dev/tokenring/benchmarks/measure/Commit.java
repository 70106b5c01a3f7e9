package dev.tokenring.benchmarks.measure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Which sources are measured. */
public final class Commit {
    private static final String UNKNOWN = "unknown";

    private Commit() {}

    /** The commit that is checked out, with a mark if files were changed since; or that it is not known. */
    public static String here() {
        try {
            Process git = new ProcessBuilder("git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String commit = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return git.waitFor() == 0 ? commit : UNKNOWN;
        } catch (IOException noGit) {
            return UNKNOWN;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return UNKNOWN;
        }
    }
}

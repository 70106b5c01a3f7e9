package dev.tokenring.benchmarks.measure;

import static java.util.Objects.requireNonNull;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * Refuses what an option can't mean, before anything is measured: a measurement of no length says nothing, and one that could
 * not be written is lost. What was not given is not checked.
 */
public final class Arguments {
    private static final double MOST = 1000;

    private final CommandSpec command;

    /**
     * Checks a command's options.
     *
     * @param command what picocli knows of it
     */
    public Arguments(@Nullable CommandSpec command) {
        this.command = requireNonNull(command);
    }

    /**
     * Checks a count.
     *
     * @throws ParameterException if it is too low
     */
    public Arguments atLeast(int least, String option, @Nullable Integer value) {
        return value == null || value >= least
                ? this
                : refuse(option, value, "a whole number that is " + least + " or more");
    }

    /**
     * Checks how many times as much of something there shall be.
     *
     * @throws ParameterException if it is none, or so much that it would not end
     */
    public Arguments multiple(String option, double value) {
        return value > 0 && value <= MOST ? this : refuse(option, value, "a number above 0 that is 1000 at most");
    }

    /**
     * Checks a file that is to be written.
     *
     * @throws ParameterException if it can't be
     */
    public Arguments file(String option, @Nullable Path file) {
        if (file == null) {
            return this;
        }
        Path folder = file.toAbsolutePath().normalize().getParent();
        boolean writable = Files.exists(file)
                ? Files.isWritable(file) && !Files.isDirectory(file)
                : folder != null && isWritableFolder(folder);
        return writable ? this : refuse(option, file, "a file that can be written, in a folder that there is");
    }

    /**
     * Checks a folder that is to be written into, and may have to be made.
     *
     * @throws ParameterException if it can't be
     */
    public Arguments folder(String option, Path folder) {
        Path there = folder.toAbsolutePath().normalize();
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        return there != null && isWritableFolder(there)
                ? this
                : refuse(option, folder, "a folder that can be written, or can be made");
    }

    private static boolean isWritableFolder(Path folder) {
        return Files.isDirectory(folder) && Files.isWritable(folder);
    }

    private Arguments refuse(String option, Object value, String right) {
        throw new ParameterException(command.commandLine(), option + " is " + value + ": give " + right);
    }
}

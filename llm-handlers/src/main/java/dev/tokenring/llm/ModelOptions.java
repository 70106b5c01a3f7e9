package dev.tokenring.llm;

import static java.util.Objects.requireNonNull;

/**
 * How a model is run. Start from {@link #DEFAULT}, and derive. Immutable.
 *
 * @param device {@code auto} (the first GPU if there is one that PyTorch can use, else the CPU), {@code cpu}, {@code gpu}
 *     or {@code gpu:1}
 * @param threads how many threads one step of the model may use on the CPU; 0 for as many as there are processors. It
 *     holds for all models of this JVM, and is set by the first that is loaded
 * @param precision with which numbers it computes
 */
public record ModelOptions(String device, int threads, Precision precision) {
    /** Whatever device there is, all processors, and the precision that suits the device. */
    public static final ModelOptions DEFAULT = new ModelOptions("auto", 0, Precision.AUTO);

    /**
     * Checks the options.
     *
     * @param device see the record
     * @param threads see the record
     * @param precision see the record
     * @throws IllegalArgumentException if the device is none of the above, or the number of threads is negative
     */
    public ModelOptions {
        requireNonNull(device, "device");
        requireNonNull(precision, "precision");
        if (!device.matches("auto|cpu|gpu(:\\d{1,3})?")) {
            throw new IllegalArgumentException(
                    "device is \"" + device + "\": it must be auto, cpu, gpu, or gpu with a number, such as gpu:1");
        }
        if (threads < 0) {
            throw new IllegalArgumentException(
                    "threads is " + threads + ": it must be 1 or more, or 0 for as many as there are processors");
        }
    }

    /**
     * Derives options for another device.
     *
     * @param device {@code auto}, {@code cpu}, {@code gpu} or {@code gpu:1}
     * @return the derived options
     * @throws IllegalArgumentException if the device is none of these
     */
    public ModelOptions withDevice(String device) {
        return new ModelOptions(device, threads, precision);
    }

    /**
     * Derives options with another number of threads.
     *
     * @param threads 1 or more, or 0 for as many as there are processors
     * @return the derived options
     * @throws IllegalArgumentException if the number is negative
     */
    public ModelOptions withThreads(int threads) {
        return new ModelOptions(device, threads, precision);
    }

    /**
     * Derives options with another precision.
     *
     * @param precision with which numbers the model computes
     * @return the derived options
     */
    public ModelOptions withPrecision(Precision precision) {
        return new ModelOptions(device, threads, precision);
    }
}

package dev.tokenring.benchmarks.latency;

/**
 * How many messages come per second.
 *
 * @param amount messages per second, or percent of the highest rate that is sustained
 * @param relative whether it is percent
 */
record Rate(double amount, boolean relative) {
    /**
     * Reads a rate.
     *
     * @param text such as {@code 100000} or {@code 50%}
     * @throws IllegalArgumentException if it is something else
     */
    static Rate parse(String text) {
        boolean relative = text.endsWith("%");
        try {
            double amount = Double.parseDouble(relative ? text.substring(0, text.length() - 1) : text);
            if (amount >= 1 && amount <= (relative ? 100 : Calibration.HIGHEST_PER_S)) {
                return new Rate(amount, relative);
            }
        } catch (NumberFormatException notANumber) {
            // told below
        }
        throw new IllegalArgumentException("rate is " + text + ": give messages per second, from 1 to "
                + Calibration.HIGHEST_PER_S + ", or percent of the highest sustained rate, from 1% to 100%");
    }

    int perS(int highestSustainedPerS) {
        return (int) (relative ? highestSustainedPerS * amount / 100 : amount);
    }
}

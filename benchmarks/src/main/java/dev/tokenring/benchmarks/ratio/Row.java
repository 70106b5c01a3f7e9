package dev.tokenring.benchmarks.ratio;

import dev.tokenring.benchmarks.measure.Setting;
import org.jspecify.annotations.Nullable;

/**
 * A promise about performance that is checked.
 *
 * @param name what it is called on the command line
 * @param promise the promise in words
 * @param bar what has to be reached
 * @param ours what is measured of this project
 * @param reference what it is compared with; null if with nothing
 * @param quick whether it is one of those that are checked when there is little time
 * @param mostPairs how many pairs are enough, unless somebody asks for more
 * @param need what it wants beyond what all rows do
 */
record Row(
        String name,
        String promise,
        Bar bar,
        Setting ours,
        @Nullable Setting reference,
        boolean quick,
        int mostPairs,
        Need need) {
    /** A row that can be run anywhere, as often as all. */
    Row(String name, String promise, Bar bar, Setting ours, @Nullable Setting reference, boolean quick) {
        this(name, promise, bar, ours, reference, quick, Integer.MAX_VALUE, Need.NOTHING);
    }
}

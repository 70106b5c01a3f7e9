package dev.tokenring.persistence;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What opening a journal found at its end, and what it did about it.
 *
 * <p>After the death of the process at any moment, {@link #lostEntries()} and {@link #damagedEntries()} are 0: what was
 * cut then was never acknowledged. They are not 0 only after what durability {@code OS} does not cover: a power failure,
 * a failing disk, or a foreign hand.
 *
 * <p>Immutable, for use by any thread.
 *
 * @param cutBytes how many bytes of unfinished or damaged entries were cut from the end of the journal
 * @param lostEntries how many finished entries were among them
 * @param damagedEntries how many entries in the last file are damaged but have intact ones behind them; they stay where
 *     they are, and reading them fails by name
 * @param keptAside the file as it was before it was cut, if finished entries were lost; delete it when you have no
 *     further use for it
 */
public record Recovery(long cutBytes, long lostEntries, long damagedEntries, Optional<Path> keptAside) {
    static final Recovery NOTHING = new Recovery(0, 0, 0, Optional.empty());

    /**
     * Whether the journal was found as an orderly close leaves it.
     *
     * @return true if nothing was cut and nothing is damaged
     */
    public boolean isClean() {
        return cutBytes == 0 && lostEntries == 0 && damagedEntries == 0;
    }
}

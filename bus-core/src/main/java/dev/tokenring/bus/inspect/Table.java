package dev.tokenring.bus.inspect;

import java.util.ArrayList;
import java.util.List;

/**
 * Text in columns, for people to read with a font of fixed width: each column is as wide as its widest cell, numbers are
 * aligned right and everything else left. For one thread.
 */
public final class Table {
    private static final String GAP = "  ";

    private final Object[] heads;
    private final List<Object[]> rows = new ArrayList<>();

    /** A table with these columns. */
    public Table(String... heads) {
        this.heads = heads.clone();
    }

    /**
     * Adds a row below the others.
     *
     * @throws IllegalArgumentException if it has not one cell for each column
     */
    public void add(Object... cells) {
        if (cells.length != heads.length) {
            throw new IllegalArgumentException(
                    "the row has " + cells.length + " cells: give one for each of the " + heads.length + " columns");
        }
        rows.add(cells.clone());
    }

    /** Appends an empty line, the heads, and a line for each row; or nothing at all if there is no row. */
    public void appendTo(StringBuilder text) {
        if (rows.isEmpty()) {
            return;
        }
        int[] widths = widths();
        text.append('\n');
        appendLine(text, heads, widths);
        rows.forEach(row -> appendLine(text, row, widths));
    }

    private int[] widths() {
        int[] widths = new int[heads.length];
        for (int column = 0; column < heads.length; column++) {
            widths[column] = heads[column].toString().length();
            for (Object[] row : rows) {
                widths[column] = Math.max(widths[column], row[column].toString().length());
            }
        }
        return widths;
    }

    private void appendLine(StringBuilder text, Object[] cells, int[] widths) {
        var line = new StringBuilder();
        for (int column = 0; column < cells.length; column++) {
            String cell = cells[column].toString();
            String padding = " ".repeat(widths[column] - cell.length());
            boolean number = rows.get(0)[column] instanceof Number;
            line.append(column == 0 ? "" : GAP).append(number ? padding + cell : cell + padding);
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }
}

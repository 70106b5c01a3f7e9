package dev.tokenring.bus.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Text in columns. */
class TableTest {
    private static String print(Table table) {
        var text = new StringBuilder("before\n");
        table.appendTo(text);
        return text.toString();
    }

    @Test
    void columnsAreAsWideAsTheirWidestCellAndNumbersStandOnTheRight() {
        var table = new Table("name", "n", "big number", "last");
        table.add("a", 1_000, 7L, "x");
        table.add("longer name", 1, -12_345_678_901L, "");
        assertThat(print(table)).isEqualTo("""
                before

                name            n    big number  last
                a            1000             7  x
                longer name     1  -12345678901
                """);
    }

    @Test
    void tableWithoutRowsPrintsNothing() {
        assertThat(print(new Table("name", "n"))).isEqualTo("before\n");
    }

    @Test
    void rowMustFit() {
        assertThatThrownBy(() -> new Table("name", "n").add("a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the row has 1 cells: give one for each of the 2 columns");
    }
}

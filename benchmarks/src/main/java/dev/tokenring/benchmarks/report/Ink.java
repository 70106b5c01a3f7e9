package dev.tokenring.benchmarks.report;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a part of a chart is drawn with. Charts are drawn in a placeholder of each ink, which then becomes a class of CSS: so
 * the reader's own light or dark mode decides on the colour. That of the paper is among them, so that a chart is as
 * readable on a page that does not follow the reader's mode.
 *
 * <p>The colours that tell series from each other are those of Okabe and Ito ("Color Universal Design", 2008), which people
 * who see fewer colours can tell apart, made lighter on dark.
 */
enum Ink {
    TEXT(1, "#24292f", "#d8dee4"),
    GRID(2, "#d0d7de", "#3d444d"),
    RANGE(3, "#24292f", "#d8dee4"),
    OURS(4, "#0072b2", "#56a9e0"),
    OURS_TOO(5, "#009e73", "#3fc99a"),
    OURS_AS_WELL(9, "#3fb6d6", "#7fd6ec"),
    DISRUPTOR(6, "#d55e00", "#f08a4b"),
    OTHERS(7, "#8c959f", "#8c959f"),
    OTHERS_TOO(8, "#cc79a7", "#e09cc2"),
    OTHERS_AS_WELL(10, "#e69f00", "#f0b840"),
    PAPER(11, "#ffffff", "#0d1117");

    private final int placeholderBlue;
    private final String light;
    private final String dark;

    Ink(int placeholderBlue, String light, String dark) {
        this.placeholderBlue = placeholderBlue;
        this.light = light;
        this.dark = dark;
    }

    /** The colour to draw with, which no chart has otherwise. */
    String placeholder() {
        return "#0000%02x".formatted(placeholderBlue);
    }

    /** The ink of which a colour, in either of the ways that SVG has for it, is the placeholder. */
    static Optional<Ink> ofPlaceholder(String colour) {
        return Arrays.stream(values())
                .filter(ink ->
                        colour.equals(ink.placeholder()) || colour.equals("rgb(0,0,%d)".formatted(ink.placeholderBlue)))
                .findFirst();
    }

    /** The class that paints an attribute, {@code fill} or {@code stroke}, with this ink. */
    String styleClass(String attribute) {
        return attribute + "-" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The colours of all inks, and the classes that paint with them. */
    static String styleSheet() {
        return """
                text { fill: %s; font: 13px sans-serif }
                %s
                @media (prefers-color-scheme: dark) {
                text { fill: %s }
                %s
                }
                """.formatted(TEXT.light, rules(false), TEXT.dark, rules(true));
    }

    private static String rules(boolean dark) {
        return Arrays.stream(values())
                .map(ink -> ".%s { fill: %3$s } .%s { stroke: %3$s }"
                        .formatted(ink.styleClass("fill"), ink.styleClass("stroke"), dark ? ink.dark : ink.light))
                .collect(Collectors.joining("\n"));
    }
}

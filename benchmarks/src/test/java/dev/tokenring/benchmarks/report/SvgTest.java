package dev.tokenring.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.benchmarks.report.Chart.Axis;
import dev.tokenring.benchmarks.report.Chart.Bar;
import dev.tokenring.benchmarks.report.Chart.Bars;
import dev.tokenring.benchmarks.report.Chart.Lines;
import dev.tokenring.benchmarks.report.Chart.Point;
import dev.tokenring.benchmarks.report.Chart.Series;
import dev.tokenring.benchmarks.report.Chart.Tick;
import java.io.StringReader;
import java.util.List;
import java.util.stream.DoubleStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class SvgTest {
    private static final Series OURS = new Series("ours", Ink.OURS);
    private static final Series THEIRS = new Series("theirs", Ink.DISRUPTOR);

    private static final Chart BARS = new Bars(
            "bars",
            "Ours beside <theirs>.",
            "million messages/s",
            List.of(new Bar("first", OURS, 49, 33, 65), new Bar("second", THEIRS, 9.6, 7.2, 12)));

    private static final Chart GROUPS = new Bars(
            "groups",
            "Ours beside theirs.",
            "nanoseconds",
            List.of(
                    new Bar("yielding", OURS, 391, 380, 420),
                    new Bar("yielding", THEIRS, 821, 700, 1_142),
                    new Bar("adaptive", OURS, 270, 260, 310),
                    new Bar("adaptive", THEIRS, 290, 280, 341)));

    private static final Chart LINES = new Lines(
            "lines",
            "Ours beside theirs.",
            new Axis("topics", true, List.of(Tick.at(1), Tick.at(10), Tick.at(100), Tick.at(1_000))),
            Axis.logarithmic("million messages/s", DoubleStream.of(0.2, 45)),
            List.of(
                    new Point(OURS, 1, 40, 30, 45),
                    new Point(OURS, 10, 24, 20, 30),
                    new Point(OURS, 100, 16, 12, 17),
                    new Point(OURS, 1_000, 0.26, 0.2, 0.4),
                    new Point(THEIRS, 1, 9.7, 9, 10),
                    new Point(THEIRS, 10, 9, 8, 10),
                    new Point(THEIRS, 100, 21, 20, 22),
                    new Point(THEIRS, 1_000, 1.4, 1, 2)));

    static final List<Chart> CHARTS = List.of(BARS, GROUPS, LINES);

    @ParameterizedTest
    @FieldSource("CHARTS")
    void everyChartIsWellFormedAndSaysWhatItShows(Chart chart) throws Exception {
        Document svg = parse(Svg.of(chart));

        assertThat(svg.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(svg.getElementsByTagName("title").item(0).getTextContent()).isEqualTo(chart.description());
        assertThat(svg.getDocumentElement().getTextContent()).contains("ours", "theirs", unitOf(chart));
    }

    @ParameterizedTest
    @FieldSource("CHARTS")
    void everyColourIsLeftToTheReadersMode(Chart chart) {
        String svg = Svg.of(chart);

        assertThat(svg)
                .contains("@media (prefers-color-scheme: dark)", "fill: #24292f", "fill: #d8dee4")
                .contains("fill-ours", "fill-disruptor", "stroke-grid")
                .doesNotContain("rgb(");
    }

    @ParameterizedTest
    @FieldSource("CHARTS")
    void everyChartLiesOnPaperOfTheReadersModeWhateverThePagesIs(Chart chart) throws Exception {
        String svg = Svg.of(chart);
        Element paper = (Element) parse(svg).getElementsByTagName("rect").item(0);

        assertThat(paper.getAttribute("class")).isEqualTo("fill-paper");
        assertThat(paper.getAttribute("width")).isEqualTo("100%");
        assertThat(paper.getAttribute("height")).isEqualTo("100%");
        assertThat(svg).contains(".fill-paper { fill: #ffffff }", ".fill-paper { fill: #0d1117 }");
    }

    @ParameterizedTest
    @FieldSource("CHARTS")
    void theSameDataGiveTheSameBytes(Chart chart) {
        assertThat(Svg.of(chart)).isEqualTo(Svg.of(chart));
    }

    private static String unitOf(Chart chart) {
        return chart instanceof Bars bars ? bars.unit() : ((Lines) chart).y().title();
    }

    private static Document parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
    }
}

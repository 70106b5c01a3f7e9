package dev.tokenring.benchmarks.report;

import dev.tokenring.benchmarks.report.Chart.Bars;
import dev.tokenring.benchmarks.report.Chart.Lines;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Attr;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.Text;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/**
 * A chart's drawing, made fit to be kept beside the text: its colours come from a style sheet that knows light and dark, with
 * whatever was not drawn in an {@linkplain Ink ink of ours} left out; and
 * the same data give the same bytes, since names that were drawn by lot are counted and lengths rounded.
 */
final class Svg {
    private static final String NAMESPACE = "http://www.w3.org/2000/svg";
    private static final Pattern DECIMAL = Pattern.compile("-?\\d+\\.\\d+(E-?\\d+)?");
    private static final Pattern REFERENCE = Pattern.compile("url\\(#([^)]+)\\)");
    private static final Set<String> COLOURED = Set.of("fill", "stroke");
    private static final int DECIMALS = 2;

    private final Document document;
    private final Map<String, String> ids = new HashMap<>();

    private Svg(Document document) {
        this.document = document;
    }

    /** Draws a chart. */
    static String of(Chart chart) {
        String drawn = chart instanceof Bars bars ? LetsPlot.draw(bars) : LetsPlot.draw((Lines) chart);
        return of(drawn, chart.description());
    }

    private static String of(String drawn, String description) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setNamespaceAware(true);
            Document document = factory.newDocumentBuilder().parse(new InputSource(new StringReader(drawn)));
            var svg = new Svg(document);
            svg.clean(document.getDocumentElement());
            svg.putStyleAndTitle(description);
            return svg.print();
        } catch (ParserConfigurationException | SAXException | IOException | TransformerException unexpected) {
            throw new IllegalStateException("the drawing of a chart is no XML", unexpected);
        }
    }

    private void clean(Element element) {
        element.removeAttribute("class");
        for (Attr attribute : attributesOf(element)) {
            clean(element, attribute);
        }
        for (Node child : childrenOf(element)) {
            if (child instanceof Element inner) {
                if (inner.getTagName().equals("style")) {
                    element.removeChild(inner);
                } else {
                    clean(inner);
                }
            } else if (child instanceof Text text) {
                String stripped = text.getData().strip();
                text.setData(stripped.isEmpty() ? "\n" : stripped);
            }
        }
    }

    private void clean(Element element, Attr attribute) {
        String name = attribute.getName();
        String value = attribute.getValue();
        if (COLOURED.contains(name)) {
            Ink.ofPlaceholder(value)
                    .ifPresentOrElse(ink -> paint(element, name, ink), () -> attribute.setValue("none"));
        } else if (name.equals("id")) {
            attribute.setValue(idFor(value));
        } else if (name.equals("style") || name.equals("xmlns:xlink")) {
            element.removeAttribute(name);
        } else {
            String counted =
                    REFERENCE.matcher(value).replaceAll(reference -> "url(#" + idFor(reference.group(1)) + ")");
            attribute.setValue(DECIMAL.matcher(counted).replaceAll(Svg::rounded));
        }
    }

    private static void paint(Element element, String attribute, Ink ink) {
        element.removeAttribute(attribute);
        String before = element.getAttribute("class");
        element.setAttribute("class", (before + " " + ink.styleClass(attribute)).strip());
    }

    private String idFor(String drawnByLot) {
        return ids.computeIfAbsent(drawnByLot, unknown -> "part-" + (ids.size() + 1));
    }

    private static String rounded(MatchResult decimal) {
        BigDecimal value = new BigDecimal(decimal.group()).setScale(DECIMALS, RoundingMode.HALF_UP);
        return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
    }

    private void putStyleAndTitle(String description) {
        Element root = document.getDocumentElement();
        root.setAttribute("viewBox", "0 0 " + root.getAttribute("width") + " " + root.getAttribute("height"));
        root.setAttribute("role", "img");
        Element title = document.createElementNS(NAMESPACE, "title");
        title.setTextContent(description);
        Element style = document.createElementNS(NAMESPACE, "style");
        style.setTextContent("\n" + Ink.styleSheet());
        Element paper = document.createElementNS(NAMESPACE, "rect");
        paper.setAttribute("width", "100%");
        paper.setAttribute("height", "100%");
        paper.setAttribute("class", Ink.PAPER.styleClass("fill"));
        Node first = root.getFirstChild();
        for (Node node : List.of(title, style, paper)) {
            root.insertBefore(document.createTextNode("\n"), first);
            root.insertBefore(node, first);
        }
    }

    private String print() throws TransformerException {
        Transformer transformer = TransformerFactory.newInstance().newTransformer();
        transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
        var out = new StringWriter();
        transformer.transform(new DOMSource(document.getDocumentElement()), new StreamResult(out));
        return out.toString().replace("\r\n", "\n").strip() + "\n";
    }

    private static List<Attr> attributesOf(Element element) {
        List<Attr> attributes = new ArrayList<>();
        for (int i = 0; i < element.getAttributes().getLength(); i++) {
            attributes.add((Attr) element.getAttributes().item(i));
        }
        return attributes;
    }

    private static List<Node> childrenOf(Element element) {
        List<Node> children = new ArrayList<>();
        for (int i = 0; i < element.getChildNodes().getLength(); i++) {
            children.add(element.getChildNodes().item(i));
        }
        return children;
    }
}

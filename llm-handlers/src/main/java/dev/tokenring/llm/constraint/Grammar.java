package dev.tokenring.llm.constraint;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A set of texts as automata over their UTF-8 bytes, one for each rule. Not deterministic: it grows with the expression
 * that it comes from and no faster; what is deterministic is made of it as it is needed, by {@link TokenConstraint}. A
 * call goes to another automaton (or the same) and comes back, so the whole is a pushdown automaton.
 *
 * <p>Immutable, and safe for use by any thread.
 */
public final class Grammar {
    private static final int MOST_NODES = 200_000;
    private static final int MOST_REACHED = 4_000_000;

    /** A place in an automaton. What is reached from it without a byte is gathered when all are made. */
    static final class Node {
        final int index;
        private final List<Edge> own = new ArrayList<>(1);
        private final List<Node> skips = new ArrayList<>(1);
        private @Nullable Call ownCall;
        private boolean isRuleEnd;

        /** Where bytes lead from here, or from what is reached from here without a byte. */
        Edge[] edges = new Edge[0];

        /** The calls that can come next. */
        Call[] calls = new Call[0];

        /** Whether the rule may end here. */
        boolean isEnd;

        private Node(int index) {
            this.index = index;
        }

        /** Gathers what is reached without a byte, and returns how much that is. */
        private int gather() {
            var reached = new HashSet<Node>(Set.of(this));
            var open = new ArrayDeque<Node>(reached);
            var allEdges = new LinkedHashSet<Edge>();
            var allCalls = new LinkedHashSet<Call>();
            while (!open.isEmpty()) {
                Node node = open.poll();
                allEdges.addAll(node.own);
                if (node.ownCall != null) {
                    allCalls.add(node.ownCall);
                }
                isEnd |= node.isRuleEnd;
                for (Node next : node.skips) {
                    if (reached.add(next)) {
                        open.add(next);
                    }
                }
            }
            edges = allEdges.toArray(Edge[]::new);
            calls = allCalls.toArray(Call[]::new);
            return reached.size() + edges.length;
        }
    }

    /** Bytes that lead to a node. */
    record Edge(int first, int last, Node target) {
        Edge(Utf8.ByteRange range, Node target) {
            this(range.first(), range.last(), target);
        }
    }

    /** A rule, and where its text is followed by the rest. */
    record Call(int rule, Node returnTo) {}

    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Integer> numberByRule = new HashMap<>();
    private final Node[] starts;

    private Grammar(Map<String, Expression> rules, String root) {
        numberByRule.put(root, 0);
        for (String name : rules.keySet()) {
            numberByRule.putIfAbsent(name, numberByRule.size());
        }
        starts = new Node[numberByRule.size()];
        rules.forEach((name, expression) -> {
            Node start = newNode();
            starts[number(name)] = start;
            build(expression, start).isRuleEnd = true;
        });
        int reached = 0;
        for (Node node : nodes) {
            reached += node.gather();
            if (reached > MOST_REACHED) {
                throw tooLarge();
            }
        }
    }

    /**
     * The texts that a regular expression matches as a whole.
     *
     * @throws IllegalArgumentException if it is malformed, has what is not supported, or is too large
     */
    public static Grammar regex(String regex) {
        return new Grammar(Map.of("", RegexParser.parse(regex)), "");
    }

    /**
     * JSON that is valid against a schema.
     *
     * @throws IllegalArgumentException if it is malformed, has what is not supported, or is too large
     */
    public static Grammar jsonSchema(String schema) {
        JsonSchemaParser parser = JsonSchemaParser.parse(schema);
        var grammar = new Grammar(parser.rules(), JsonSchemaParser.ROOT);
        grammar.requireBytesBetweenCalls();
        return grammar;
    }

    private int number(String rule) {
        return Objects.requireNonNull(numberByRule.get(rule), rule);
    }

    /** A rule that calls itself before any byte would never get anywhere. */
    private void requireBytesBetweenCalls() {
        for (String name : numberByRule.keySet()) {
            var called = new HashSet<Integer>();
            var open = new ArrayDeque<Integer>();
            int rule = number(name);
            open.add(rule);
            while (!open.isEmpty()) {
                for (Call call : starts[open.poll()].calls) {
                    if (call.rule == rule) {
                        throw new IllegalArgumentException(
                                "the schema at " + name
                                        + " refers to itself with nothing around it: put the reference into a property or items");
                    }
                    if (called.add(call.rule)) {
                        open.add(call.rule);
                    }
                }
            }
        }
    }

    /** The rule that describes the whole. */
    Node start() {
        return starts[0];
    }

    Node start(int rule) {
        return starts[rule];
    }

    List<Node> nodes() {
        return nodes;
    }

    /**
     * Numbers the bytes so that those with the same number lead to the same from everywhere. The number of the last byte
     * is the greatest.
     */
    int[] byteClasses() {
        boolean[] begins = new boolean[257];
        for (Node node : nodes) {
            for (Edge edge : node.own) {
                begins[edge.first] = true;
                begins[edge.last + 1] = true;
            }
        }
        int[] classOfByte = new int[256];
        for (int value = 1; value < 256; value++) {
            classOfByte[value] = classOfByte[value - 1] + (begins[value] ? 1 : 0);
        }
        return classOfByte;
    }

    private Node newNode() {
        if (nodes.size() == MOST_NODES) {
            throw tooLarge();
        }
        var node = new Node(nodes.size());
        nodes.add(node);
        return node;
    }

    private static IllegalArgumentException tooLarge() {
        return new IllegalArgumentException(
                "the constraint is too large: its automaton would have more than " + MOST_NODES + " states or "
                        + MOST_REACHED + " moves; lower what is repeated, such as {n,m} or maxLength");
    }

    /** Adds what an expression describes behind a node, and returns where it ends: always a new node. */
    private Node build(Expression expression, Node from) {
        if (expression instanceof Expression.Chars chars) {
            return buildChars(chars.set(), from);
        } else if (expression instanceof Expression.Sequence sequence) {
            Node at = skipTo(newNode(), from);
            for (Expression part : sequence.parts()) {
                at = build(part, at);
            }
            return at;
        } else if (expression instanceof Expression.Choice choice) {
            Node to = newNode();
            for (Expression alternative : choice.alternatives()) {
                build(alternative, skipTo(newNode(), from)).skips.add(to);
            }
            return to;
        } else if (expression instanceof Expression.Repeat repeat) {
            return buildRepeat(repeat, from);
        } else if (expression instanceof Expression.Members members) {
            return buildMembers(members, from);
        } else {
            Node calling = skipTo(newNode(), from);
            Node to = newNode();
            calling.ownCall = new Call(number(((Expression.Call) expression).rule()), to);
            return to;
        }
    }

    private static Node skipTo(Node to, Node from) {
        from.skips.add(to);
        return to;
    }

    private Node buildChars(CodePoints set, Node from) {
        Node to = newNode();
        var nodeByRest = new HashMap<List<Utf8.ByteRange>, Node>();
        for (List<Utf8.ByteRange> sequence : Utf8.sequences(set)) {
            Node target = to;
            for (int i = sequence.size() - 1; i >= 1; i--) {
                List<Utf8.ByteRange> rest = sequence.subList(i, sequence.size());
                Node before = nodeByRest.get(rest);
                if (before == null) {
                    before = newNode();
                    before.own.add(new Edge(sequence.get(i), target));
                    nodeByRest.put(rest, before);
                }
                target = before;
            }
            from.own.add(new Edge(sequence.get(0), target));
        }
        return to;
    }

    private Node buildRepeat(Expression.Repeat repeat, Node from) {
        Node to = newNode();
        if (repeat.least() == 0) {
            from.skips.add(to);
        }
        Node at = skipTo(newNode(), from);
        if (repeat.most() == Expression.Repeat.UNLIMITED) {
            for (int i = 1; i < repeat.least(); i++) {
                at = build(repeat.separator(), build(repeat.what(), at));
            }
            Node again = skipTo(newNode(), at);
            Node done = build(repeat.what(), again);
            done.skips.add(to);
            build(repeat.separator(), done).skips.add(again);
        } else {
            for (int i = 1; i <= repeat.most(); i++) {
                at = build(repeat.what(), i == 1 ? at : build(repeat.separator(), at));
                if (i >= repeat.least()) {
                    at.skips.add(to);
                }
            }
        }
        return to;
    }

    /** Two ways beside each other: none written yet, and some written, before which a separator must stand. */
    private Node buildMembers(Expression.Members members, Node from) {
        Node none = skipTo(newNode(), from);
        Node some = newNode();
        for (Expression.Member member : members.members()) {
            Node begin = skipTo(newNode(), none);
            build(members.separator(), some).skips.add(begin);
            Node written = build(member.what(), begin);
            Node noneYet = newNode();
            if (!member.required()) {
                some.skips.add(written);
                none.skips.add(noneYet);
            }
            none = noneYet;
            some = written;
        }
        Node to = newNode();
        none.skips.add(to);
        some.skips.add(to);
        return to;
    }
}

package dev.tokenring.llm.constraint;

import dev.tokenring.llm.constraint.Grammar.Call;
import dev.tokenring.llm.constraint.Grammar.Edge;
import dev.tokenring.llm.constraint.Grammar.Node;
import dev.tokenring.llm.model.Vocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * How many tokens it takes from each node to the end of its rule, on a way that is sure to exist.
 *
 * <p>First the distance in bytes is found. Then, among the ways that are shortest in bytes, the one of the fewest tokens,
 * each of which stays within a rule. So it may be a little more than the fewest possible, but it is never less than what
 * is needed: from a node at distance <i>n</i> there is a token to a node at distance <i>n</i> − 1, or a call whose
 * distance and that of the rest add up to <i>n</i>. {@link #FAR} means that no way was found.
 *
 * <p>The height is how deep calls lie within each other on that way.
 */
final class Distances {
    static final int FAR = 1 << 29;

    /** So much of the vocabulary is looked at from one node; what is missed makes a distance longer, and no more. */
    private static final int MOST_STEPS = 2_000;

    /** The same for all nodes together: with many of them, there are fewer steps for each. */
    private static final int MOST_STEPS_TOGETHER = 4_000_000;

    /** So many times a node may be looked at again because a distance has changed. */
    private static final long MOST_VISITS = 10_000_000;

    private final Grammar grammar;
    private final Vocabulary vocabulary;
    private final IntPredicate usable;
    private final int[] bytes;
    private final @Nullable Edge[][] nearer;
    private final int[] tokens;
    private final int[] heights;
    private final int mostSteps;
    private int steps;
    private long visits;

    Distances(Grammar grammar, Vocabulary vocabulary, IntPredicate usable) {
        this.grammar = grammar;
        this.vocabulary = vocabulary;
        this.usable = usable;
        int size = grammar.nodes().size();
        bytes = new int[size];
        nearer = new @Nullable Edge[size][];
        tokens = new int[size];
        heights = new int[size];
        mostSteps = Math.min(MOST_STEPS, MOST_STEPS_TOGETHER / size);
        measureBytes();
        measureTokens();
    }

    int tokens(Node node) {
        return tokens[node.index];
    }

    int height(Node node) {
        return heights[node.index];
    }

    private void measureBytes() {
        Arrays.fill(bytes, FAR);
        untilNothingChanges(i -> {
            int before = bytes[i];
            bytes[i] = shortestInBytes(grammar.nodes().get(i));
            return bytes[i] < before;
        });
    }

    /** From the last node to the first, for most ways lead from the first to the last; again until nothing changes. */
    private void untilNothingChanges(IntPredicate improve) {
        int size = grammar.nodes().size();
        boolean changed = true;
        while (changed) {
            changed = false;
            visits += size;
            if (visits > MOST_VISITS) {
                throw new IllegalArgumentException(
                        "the constraint is too large to prepare: its " + size
                                + " places depend on each other over too many references; write fewer references, or repeat less");
            }
            for (int i = size - 1; i >= 0; i--) {
                changed |= improve.test(i);
            }
        }
    }

    private int shortestInBytes(Node node) {
        if (node.isEnd) {
            return 0;
        }
        int shortest = FAR;
        for (Edge edge : node.edges) {
            if (1 + bytes[edge.target().index] < shortest && isSpelt(edge)) {
                shortest = 1 + bytes[edge.target().index];
            }
        }
        for (Call call : node.calls) {
            shortest = Math.min(shortest, bytes[grammar.start(call.rule()).index] + bytes[call.returnTo().index]);
        }
        return shortest;
    }

    private boolean isSpelt(Edge edge) {
        for (int value = edge.first(); value <= edge.last(); value++) {
            if (vocabulary.hasByte(value)) {
                return true;
            }
        }
        return false;
    }

    private void measureTokens() {
        List<int[]> targets = new ArrayList<>();
        for (Node node : grammar.nodes()) {
            targets.add(targets(node));
        }
        Arrays.fill(tokens, FAR);
        untilNothingChanges(i -> improve(grammar.nodes().get(i), targets.get(i)));
    }

    private boolean improve(Node node, int[] targets) {
        int before = tokens[node.index];
        int heightBefore = heights[node.index];
        if (node.isEnd) {
            offer(node, 0, 0);
        }
        for (int target : targets) {
            offer(node, 1 + tokens[target], heights[target]);
        }
        for (Call call : node.calls) {
            int rule = grammar.start(call.rule()).index;
            int rest = call.returnTo().index;
            offer(node, tokens[rule] + tokens[rest], Math.max(1 + heights[rule], heights[rest]));
        }
        return tokens[node.index] != before || heights[node.index] != heightBefore;
    }

    private void offer(Node node, int distance, int height) {
        int i = node.index;
        if (distance < tokens[i] || (distance == tokens[i] && distance < FAR && height < heights[i])) {
            tokens[i] = distance;
            heights[i] = height;
        }
    }

    /** Where one token can lead on the ways that are shortest in bytes. */
    private int[] targets(Node node) {
        var found = new HashSet<Integer>();
        steps = 0;
        if (bytes[node.index] < FAR) {
            follow(node, 0, 1, found);
        }
        return found.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Follows the vocabulary's nodes from one on that lie at a depth; each byte brings the end one nearer. */
    private void follow(Node from, int first, int depth, Set<Integer> found) {
        Edge[] nearer = nearer(from);
        if (nearer.length == 0) {
            return;
        }
        int last = vocabulary.nodes();
        for (int i = first; i < last && vocabulary.depth(i) == depth; i = vocabulary.behind(i)) {
            int value = vocabulary.lastByte(i);
            for (Edge edge : nearer) {
                if (edge.first() <= value && value <= edge.last()) {
                    if (isUsable(vocabulary.ids(i))) {
                        found.add(edge.target().index);
                    }
                    if (steps++ < mostSteps) {
                        follow(edge.target(), i + 1, depth + 1, found);
                    }
                }
            }
        }
    }

    private boolean isUsable(int[] ids) {
        for (int id : ids) {
            if (usable.test(id)) {
                return true;
            }
        }
        return false;
    }

    private Edge[] nearer(Node node) {
        Edge[] known = nearer[node.index];
        if (known == null) {
            known = Arrays.stream(node.edges)
                    .filter(edge -> bytes[edge.target().index] == bytes[node.index] - 1)
                    .toArray(Edge[]::new);
            nearer[node.index] = known;
        }
        return known;
    }
}

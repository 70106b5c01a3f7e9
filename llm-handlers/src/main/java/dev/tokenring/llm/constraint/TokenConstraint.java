package dev.tokenring.llm.constraint;

import dev.tokenring.llm.constraint.Grammar.Call;
import dev.tokenring.llm.constraint.Grammar.Edge;
import dev.tokenring.llm.constraint.Grammar.Node;
import dev.tokenring.llm.constraint.KnownStates.Era;
import dev.tokenring.llm.model.Vocabulary;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens of a vocabulary keep a text within a grammar. Made once for each pair and shared: safe for use by any thread.
 *
 * <p>A {@link State} stands for all places in the grammar where a text so far may have led, each with the calls it has to
 * come back from. States are made when a text first comes there, and what follows from them is kept: where each byte
 * leads, and which tokens are allowed. When all that takes much memory, it is forgotten and begun anew ({@link KnownStates}).
 *
 * <p>A token is allowed only if behind it there is a way to the end that the vocabulary can spell ({@link Distances}), in
 * as many tokens as are left. Since from each such place a token leads one nearer to the end, no text gets stuck.
 */
public final class TokenConstraint {
    /** Calls may lie so deep within each other, so that every reader of JSON takes what comes of it. */
    private static final int DEEPEST = 64;

    /** Where a text could be read in more ways, it is not gone on with. */
    private static final int MOST_PLACES = 5_000;

    /** To find out what is allowed at one state, so many edges and places may be looked at: some tenths of a second. */
    private static final long MOST_STEPS = 2_000_000;

    /** A call on the way to be come back from. */
    private static final class Frame {
        private final Node returnTo;
        private final @Nullable Frame outer;
        private final int depth;
        private final int distance;
        private final boolean isSound;
        private final int hash;

        Frame(Node returnTo, @Nullable Frame outer, Distances distances) {
            this.returnTo = returnTo;
            this.outer = outer;
            depth = depth(outer) + 1;
            distance = distances.tokens(returnTo) + (outer == null ? 0 : outer.distance);
            isSound = (outer == null || outer.isSound) && depth - 1 + distances.height(returnTo) <= DEEPEST;
            hash = 31 * (outer == null ? 0 : outer.hash) + returnTo.index;
        }

        static int depth(@Nullable Frame frame) {
            return frame == null ? 0 : frame.depth;
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other
                    || (other instanceof Frame frame
                            && hash == frame.hash
                            && returnTo == frame.returnTo
                            && (outer == null ? frame.outer == null : outer.equals(frame.outer)));
        }
    }

    record Place(Node node, @Nullable Frame inner) {}

    /** Where a text so far may have led. Immutable but for what is kept of what follows from it. */
    public static final class State {
        private final Set<Place> places;
        private final boolean isAccepting;
        private final int distance;
        private final Era era;
        private final @Nullable State[] next;
        private volatile @Nullable Allowed allowed;

        private State(Set<Place> places, boolean isAccepting, int distance, Era era, int byteClasses) {
            this.places = places;
            this.isAccepting = isAccepting;
            this.distance = distance;
            this.era = era;
            this.next = new @Nullable State[byteClasses];
        }

        long sizeBytes() {
            return 200 + 4L * next.length + 100L * places.size();
        }

        /** Leads nowhere that is known any more. */
        void forget() {
            Arrays.fill(next, null);
            allowed = null;
        }

        /** Whether the text may end here. */
        public boolean isAccepting() {
            return isAccepting;
        }

        /** How many more tokens are sure to be enough to get to an end; 0 where the text may end. */
        public int distance() {
            return distance;
        }
    }

    /** How much was looked at. For one thread. */
    private static final class Effort {
        private long steps;
    }

    /** The tokens allowed, and how far from the end the farthest of them leads. */
    private record Allowed(TokenSet tokens, int farthest) {}

    private final Grammar grammar;
    private final Vocabulary vocabulary;
    private final TokenSet endTokens;
    private final Distances distances;
    private final int[] classOfByte;
    private final int[] byteOfClass;
    private final KnownStates known;
    private final State dead;

    /**
     * Prepares a grammar for a vocabulary.
     *
     * @param endTokens tokens that end a text, and are allowed only where it may end; they are not part of it
     */
    public TokenConstraint(Grammar grammar, Vocabulary vocabulary, Set<Integer> endTokens) {
        this(grammar, vocabulary, endTokens, new KnownStates());
    }

    /**
     * Prepares a grammar for a vocabulary, and shares the memory for what is found out.
     *
     * @param endTokens tokens that end a text, and are allowed only where it may end; they are not part of it
     * @param known used by other constraints too
     */
    public TokenConstraint(Grammar grammar, Vocabulary vocabulary, Set<Integer> endTokens, KnownStates known) {
        this.known = known;
        this.grammar = grammar;
        this.vocabulary = vocabulary;
        this.endTokens = new TokenSet(vocabulary.size());
        endTokens.stream().filter(id -> id >= 0 && id < vocabulary.size()).forEach(this.endTokens::add);
        distances = new Distances(grammar, vocabulary, id -> !this.endTokens.contains(id));
        classOfByte = grammar.byteClasses();
        byteOfClass = new int[classOfByte[255] + 1];
        for (int value = 0; value < 256; value++) {
            byteOfClass[classOfByte[value]] = value;
        }
        dead = new State(Set.of(), false, Distances.FAR, known.era(), 0);
    }

    /** Where the empty text is. */
    public State start() {
        var places = new HashSet<Place>();
        add(grammar.start(), null, places);
        return intern(places);
    }

    /**
     * Where a text is behind one more token, which is an allowed one.
     *
     * @throws IllegalArgumentException if the token was not allowed
     */
    public State advance(State state, int id) {
        State at = state;
        var effort = new Effort();
        for (byte value : vocabulary.bytes(id)) {
            at = next(at, value & 0xff, effort);
        }
        if (at.distance >= Distances.FAR || vocabulary.bytes(id).length == 0 || endTokens.contains(id)) {
            throw new IllegalArgumentException("the token " + id + " is not allowed here: choose one that is");
        }
        return at;
    }

    /**
     * The tokens that may come next: those behind which the text can still be brought to an end, and the end tokens where
     * it may end.
     *
     * @param tokensLeft how many more tokens there may be, the next one included
     * @throws IllegalStateException if there are too many ways to read the text, so that none can be gone on with
     */
    public TokenSet allowed(State state, int tokensLeft) {
        Allowed all = state.allowed;
        if (all == null) {
            all = walk(state, Distances.FAR - 1);
            state.allowed = all;
            known.use(all.tokens.sizeBytes());
        }
        TokenSet tokens = all.farthest < tokensLeft ? all.tokens : walk(state, tokensLeft - 1).tokens;
        if (tokens.size() == 0 && !state.isAccepting) {
            throw new IllegalStateException("the constraint is too ambiguous: its text so far can be read in more than "
                    + MOST_PLACES + " ways, or it takes more than " + MOST_STEPS
                    + " steps to find what may follow; write it so that alternatives differ early");
        }
        return tokens;
    }

    boolean isEnd(int id) {
        return endTokens.contains(id);
    }

    /** Whether what is allowed is to end, and nothing else. */
    boolean isOnlyToEnd(TokenSet tokens) {
        for (int id = tokens.next(0); id >= 0; id = tokens.next(id + 1)) {
            if (!endTokens.contains(id)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Walks through the vocabulary, with the state behind each of the bytes that lead to where it is. Where that is too
     * much, nothing is allowed but to end.
     */
    private Allowed walk(State state, int farthestAllowed) {
        var tokens = new TokenSet(vocabulary.size());
        int farthest = 0;
        State[] path = new State[vocabulary.longest() + 1];
        path[0] = state;
        var effort = new Effort();
        int node = 0;
        while (node < vocabulary.nodes()) {
            int depth = vocabulary.depth(node);
            State there = next(path[depth - 1], vocabulary.lastByte(node), effort);
            if (effort.steps > MOST_STEPS) {
                tokens = new TokenSet(vocabulary.size());
                farthest = 0;
                break;
            }
            path[depth] = there;
            if (there.distance <= farthestAllowed) {
                for (int id : vocabulary.ids(node)) {
                    if (!endTokens.contains(id)) {
                        tokens.add(id);
                        farthest = Math.max(farthest, there.distance);
                    }
                }
            }
            node = there == dead ? vocabulary.behind(node) : node + 1;
        }
        if (state.isAccepting) {
            for (int id = endTokens.next(0); id >= 0; id = endTokens.next(id + 1)) {
                tokens.add(id);
            }
        }
        return new Allowed(tokens, farthest);
    }

    private State next(State state, int value, Effort effort) {
        if (state == dead) {
            return dead;
        }
        int byteClass = classOfByte[value];
        State next = state.next[byteClass];
        if (next == null) {
            next = step(state, byteOfClass[byteClass], byteClass, effort);
        }
        return next;
    }

    private State step(State state, int value, int byteClass, Effort effort) {
        var places = new HashSet<Place>();
        for (Place place : state.places) {
            effort.steps += place.node.edges.length;
            for (Edge edge : place.node.edges) {
                if (edge.first() <= value && value <= edge.last()) {
                    add(edge.target(), place.inner, places);
                }
            }
        }
        effort.steps += places.size();
        State next = intern(places);
        if (state.era == known.era()) {
            state.next[byteClass] = next;
        }
        return next;
    }

    /** Adds a place, where calls lead from it, and where it returns to; once there are too many, no more. */
    private void add(Node node, @Nullable Frame inner, Set<Place> places) {
        if (places.size() > MOST_PLACES || !places.add(new Place(node, inner))) {
            return;
        }
        if (node.isEnd && inner != null) {
            add(inner.returnTo, inner.outer, places);
        }
        if (Frame.depth(inner) < DEEPEST) {
            for (Call call : node.calls) {
                add(grammar.start(call.rule()), new Frame(call.returnTo(), inner, distances), places);
            }
        }
    }

    private State intern(Set<Place> places) {
        if (places.isEmpty() || places.size() > MOST_PLACES) {
            return dead;
        }
        return known.get(this, places, known.era());
    }

    /** Makes a state of places that are known to be no other's. */
    State make(Set<Place> places, Era era) {
        return new State(
                Collections.unmodifiableSet(places), isAccepting(places), distance(places), era, byteOfClass.length);
    }

    private static boolean isAccepting(Set<Place> places) {
        return places.stream().anyMatch(place -> place.node.isEnd && place.inner == null);
    }

    /**
     * The shortest way from any of the places whose way to the end nowhere goes deeper than is allowed. A call is not
     * made where it would be too deep, so only these are sure to get there.
     */
    private int distance(Set<Place> places) {
        int shortest = Distances.FAR;
        for (Place place : places) {
            Frame inner = place.inner;
            int distance = distances.tokens(place.node) + (inner == null ? 0 : inner.distance);
            if (distance < shortest
                    && (inner == null || inner.isSound)
                    && Frame.depth(inner) + distances.height(place.node) <= DEEPEST) {
                shortest = distance;
            }
        }
        return shortest;
    }
}

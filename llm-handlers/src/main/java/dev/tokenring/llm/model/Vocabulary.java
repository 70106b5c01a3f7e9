package dev.tokenring.llm.model;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The bytes that each token adds to a text, as a trie: texts that begin alike share their way. Its nodes lie in the order
 * in which a walk meets them, a child behind its parent and children by their bytes. So walking it is counting up from 0,
 * and leaving out what lies below a node is going on {@link #behind} it. The root, which stands for the empty text, is not
 * among them.
 *
 * <p>Immutable, and safe for use by any thread.
 */
public final class Vocabulary {
    private static final int[] NO_IDS = {};

    private final byte[][] bytesById;
    private final int[] depths;
    private final byte[] lastBytes;
    private final int[] behind;
    private final int[][] ids;
    private final boolean[] hasByte = new boolean[256];
    private final int longest;

    /**
     * Makes a vocabulary.
     *
     * @param bytesById what each token adds to a text; empty for a token that is no text
     */
    public Vocabulary(List<byte[]> bytesById) {
        this.bytesById = bytesById.toArray(byte[][]::new);
        int[] sorted = IntStream.range(0, this.bytesById.length)
                .filter(id -> bytes(id).length > 0)
                .boxed()
                .sorted(Comparator.comparing(this::bytes, Arrays::compareUnsigned))
                .mapToInt(Integer::intValue)
                .toArray();
        int nodes = 0;
        for (int i = 0; i < sorted.length; i++) {
            nodes += bytes(sorted[i]).length - shared(sorted, i);
        }
        depths = new int[nodes];
        lastBytes = new byte[nodes];
        behind = new int[nodes];
        ids = new int[nodes][];
        longest = addAll(sorted);
    }

    /** How many bytes a token begins with that the one before it begins with too. */
    private int shared(int[] sorted, int index) {
        if (index == 0) {
            return 0;
        }
        int mismatch = Arrays.mismatch(bytes(sorted[index - 1]), bytes(sorted[index]));
        return mismatch < 0 ? bytes(sorted[index]).length : mismatch;
    }

    private int addAll(int[] sorted) {
        int deepest = 0;
        int next = 0;
        for (int i = 0; i < sorted.length; i++) {
            byte[] bytes = bytes(sorted[i]);
            for (int depth = shared(sorted, i) + 1; depth <= bytes.length; depth++) {
                depths[next] = depth;
                lastBytes[next] = bytes[depth - 1];
                hasByte[lastBytes[next] & 0xff] = true;
                ids[next] = NO_IDS;
                next++;
            }
            int[] same = ids[next - 1];
            ids[next - 1] = Arrays.copyOf(same, same.length + 1);
            ids[next - 1][same.length] = sorted[i];
            deepest = Math.max(deepest, bytes.length);
        }
        int[] nextAtDepth = new int[deepest + 2];
        Arrays.fill(nextAtDepth, next);
        for (int node = next - 1; node >= 0; node--) {
            behind[node] = nextAtDepth[depths[node]];
            Arrays.fill(nextAtDepth, depths[node], deepest + 2, node);
        }
        return deepest;
    }

    /** How many tokens there are, those that are no text included. */
    public int size() {
        return bytesById.length;
    }

    /** What a token adds to a text; nothing, for one that is no text. */
    public byte[] bytes(int id) {
        return bytesById[id];
    }

    /** Whether any token has a byte. */
    public boolean hasByte(int value) {
        return hasByte[value];
    }

    /** How many nodes the trie has. */
    public int nodes() {
        return depths.length;
    }

    /** How many bytes the longest token has. */
    public int longest() {
        return longest;
    }

    /** How many bytes lead to a node; 1 or more. */
    public int depth(int node) {
        return depths[node];
    }

    /** The last of the bytes that lead to a node. */
    public int lastByte(int node) {
        return lastBytes[node] & 0xff;
    }

    /** The node that comes after a node and all that lies below it; {@link #nodes()} if there is none. */
    public int behind(int node) {
        return behind[node];
    }

    /** The tokens that end at a node; several may have the same bytes. */
    public int[] ids(int node) {
        return ids[node];
    }
}

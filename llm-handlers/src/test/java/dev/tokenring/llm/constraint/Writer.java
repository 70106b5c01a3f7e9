package dev.tokenring.llm.constraint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenring.llm.model.Vocabulary;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Writes texts under a constraint as a model would that wants to break it: by chance, or always the token that leads
 * farthest from the end.
 */
final class Writer {
    static final int END = 0;

    /** Each byte by itself from 1 on, and then pieces of text, some of which are parts of characters. */
    static Vocabulary vocabulary(String... pieces) {
        var bytesById = new ArrayList<byte[]>();
        bytesById.add(new byte[0]);
        for (int value = 0; value < 256; value++) {
            bytesById.add(new byte[] {(byte) value});
        }
        for (String piece : pieces) {
            bytesById.add(piece.getBytes(StandardCharsets.UTF_8));
        }
        byte[] smile = "😀".getBytes(StandardCharsets.UTF_8);
        bytesById.add(new byte[] {smile[0], smile[1]});
        bytesById.add(new byte[] {smile[2], smile[3], 'a'});
        bytesById.add(new byte[] {'"', smile[0]});
        return new Vocabulary(bytesById);
    }

    static final Vocabulary PIECES = vocabulary(
            "aa",
            "ab",
            "abc",
            "ba",
            "bb",
            "é",
            "éa",
            "12",
            "123",
            "2024",
            "{\"",
            "\":",
            "\": ",
            "\", \"",
            "\"}",
            "\"]",
            "]}",
            "}}",
            "[[",
            "[[[[",
            "[{",
            "[]",
            "{}",
            "true",
            "false",
            "null",
            "name",
            "\"name\": ",
            "e1",
            "\\\"",
            "\\\\",
            "\\n",
            "  ",
            " a",
            "\n",
            "\"a\":",
            "null,",
            "00",
            "-0",
            "-1",
            "0.",
            "1e",
            "漢字",
            "漢",
            "xyz",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "$$");

    private final TokenConstraint constraint;
    private final Vocabulary vocabulary;
    private final Random random;

    Writer(Grammar grammar, Vocabulary vocabulary, Random random) {
        this(new TokenConstraint(grammar, vocabulary, Set.of(END)), vocabulary, random);
    }

    Writer(TokenConstraint constraint, Vocabulary vocabulary, Random random) {
        this.constraint = constraint;
        this.vocabulary = vocabulary;
        this.random = random;
    }

    int shortest() {
        return constraint.start().distance();
    }

    /** Where a text leads, byte by byte. */
    boolean accepts(String text) {
        TokenConstraint.State state = constraint.start();
        for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
            int id = 1 + (value & 0xff);
            if (!constraint.allowed(state, 1_000_000).contains(id)) {
                return false;
            }
            state = constraint.advance(state, id);
        }
        return state.isAccepting();
    }

    /** A text of at most so many tokens. */
    String write(int tokens, boolean reluctant) {
        var guide = new Guide(constraint, tokens);
        var text = new ByteArrayOutputStream();
        TokenConstraint.State state = constraint.start();
        for (int left = tokens; left > 0 && !guide.isComplete(); left--) {
            TokenSet allowed = guide.allowed();
            assertThat(allowed.size()).isPositive();
            int id = reluctant ? farthest(state, allowed) : any(allowed);
            if (id == END) {
                assertThat(state.isAccepting()).isTrue();
                return utf8(text.toByteArray());
            }
            guide.accept(id);
            state = constraint.advance(state, id);
            text.writeBytes(vocabulary.bytes(id));
        }
        assertThat(state.isAccepting()).as("%s is complete", text).isTrue();
        return utf8(text.toByteArray());
    }

    private int any(TokenSet allowed) {
        int id = allowed.next(random.nextInt(vocabulary.size()));
        return id >= 0 ? id : allowed.next(0);
    }

    private int farthest(TokenConstraint.State state, TokenSet allowed) {
        List<Integer> best = new ArrayList<>();
        int farthest = -1;
        for (int id = allowed.next(0); id >= 0; id = allowed.next(id + 1)) {
            int distance = id == END ? -1 : constraint.advance(state, id).distance();
            if (distance > farthest) {
                best.clear();
                farthest = distance;
            }
            if (distance == farthest) {
                best.add(id);
            }
        }
        return best.get(random.nextInt(best.size()));
    }

    private static String utf8(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new AssertionError("not UTF-8: " + java.util.HexFormat.of().formatHex(bytes), e);
        }
    }
}

package dev.tokenring.llm.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tokenring.llm.model.Vocabulary;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which tokens are allowed, whatever the vocabulary, and for however many at once. */
class TokenConstraintTest {
    private static final String RECORD = """
            {"type": "object", "required": ["a", "b"], "properties": {
               "a": {"type": "array", "items": {"$ref": "#"}}, "b": {"type": "string", "maxLength": 9}, "c": {}}}
            """;

    private static Vocabulary words(String... words) {
        List<byte[]> bytesById = new ArrayList<>();
        bytesById.add(new byte[0]);
        Arrays.stream(words).map(word -> word.getBytes(StandardCharsets.UTF_8)).forEach(bytesById::add);
        return new Vocabulary(bytesById);
    }

    private static Vocabulary manyWords() {
        var random = new Random(5);
        return words(IntStream.range(0, 50_000)
                .mapToObj(i -> random.ints(1 + i % 8, 'a', 'z' + 1)
                        .mapToObj(Character::toString)
                        .collect(Collectors.joining()))
                .toArray(String[]::new));
    }

    private static List<Integer> allowed(TokenConstraint constraint, int tokensLeft, int... before) {
        TokenConstraint.State state = constraint.start();
        for (int id : before) {
            state = constraint.advance(state, id);
        }
        TokenSet allowed = constraint.allowed(state, tokensLeft);
        List<Integer> ids =
                IntStream.range(0, 64).filter(allowed::contains).boxed().toList();
        assertThat(allowed.size()).isEqualTo(ids.size());
        return ids;
    }

    @Test
    void theTokensAllowedAreThoseThatLeadToAnEnd() {
        var constraint = new TokenConstraint(
                Grammar.regex("(?:ab)+c?"), words("a", "b", "ab", "abab", "c", "ca", "bc", "x"), Set.of(0));
        assertThat(allowed(constraint, 99)).containsExactly(1, 3, 4);
        assertThat(allowed(constraint, 99, 1)).containsExactly(2, 7);
        assertThat(allowed(constraint, 99, 3)).containsExactly(0, 1, 3, 4, 5);
        assertThat(allowed(constraint, 99, 3, 5)).containsExactly(0);
        assertThat(allowed(constraint, 1, 3)).as("one left").containsExactly(0, 3, 4, 5);
    }

    @Test
    void whatTheVocabularyCannotSpellIsNoWay() {
        var constraint = new TokenConstraint(Grammar.regex("yes|yeah|no"), words("ye", "s", "a", "n", "o"), Set.of(0));
        assertThat(allowed(constraint, 99)).containsExactly(1, 4);
        assertThat(allowed(constraint, 99, 1)).as("there is no h").containsExactly(2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> constraint.advance(constraint.start(), 2))
                .withMessageContaining("token 2");
    }

    @Test
    void charactersWithoutTokensForTheirBytesNeedOneOfTheirOwn() {
        var constraint = new TokenConstraint(Grammar.regex("[a-zé]{2}"), words("é", "a", "è"), Set.of(0));
        assertThat(allowed(constraint, 99)).containsExactly(1, 2);
        var none = new TokenConstraint(Grammar.regex("[xé]è"), words("è", "a"), Set.of(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Guide(none, 9))
                .withMessageContaining("vocabulary");
    }

    @Test
    void endTokensThatAreTextEndAndAreNoText() {
        var constraint = new TokenConstraint(Grammar.regex("a;?"), words("a", ";", "a;"), Set.of(2));
        assertThat(allowed(constraint, 99)).containsExactly(1, 3);
        assertThat(allowed(constraint, 99, 1)).containsExactly(2);
    }

    @Test
    void anyVocabularyGivesACompleteTextOrNone() {
        var random = new Random(12);
        String[] regexes = {"[a-c]{3,}", "(?:ab|ba)*c", "a{7}|b", "(?:a|bc)+(?:é|ü)", ".*", "c(?:a?b?){5}c", "[^a]+"};
        String[] pieces = {"a", "b", "c", "é", "ü", "ab", "ba", "bc", "aaa", "aaaa", "cab", "éa", "cc", "ü\n"};
        int written = 0;
        for (int round = 0; round < 600; round++) {
            String[] some =
                    Arrays.stream(pieces).filter(piece -> random.nextInt(3) > 0).toArray(String[]::new);
            String regex = regexes[random.nextInt(regexes.length)];
            var writer = new Writer(Grammar.regex(regex), words(some), random);
            if (writer.shortest() < Distances.FAR) {
                String text = writer.write(writer.shortest() + 1 + random.nextInt(8), random.nextBoolean());
                assertThat(Pattern.matches(regex, text))
                        .as("%s gave %s", regex, text)
                        .isTrue();
                written++;
            }
        }
        assertThat(written).isBetween(200, 590);
    }

    @Test
    void forgettingChangesNothing() {
        Grammar grammar = Grammar.jsonSchema(RECORD);
        var forgetful = new TokenConstraint(grammar, Writer.PIECES, Set.of(Writer.END), new KnownStates(1));
        var lasting = new TokenConstraint(grammar, Writer.PIECES, Set.of(Writer.END));
        for (int seed = 0; seed < 20; seed++) {
            assertThat(new Writer(forgetful, Writer.PIECES, new Random(seed)).write(60, false))
                    .isEqualTo(new Writer(lasting, Writer.PIECES, new Random(seed)).write(60, false));
        }
    }

    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void whatIsForgottenIsLetGoThoughTextsAreStillThere() throws InterruptedException {
        var known = new KnownStates(2_000);
        var constraint = new TokenConstraint(Grammar.regex("a{99}"), words("a"), Set.of(0), known);
        TokenConstraint.State first = constraint.start();
        var second = new WeakReference<>(constraint.advance(first, 1));
        known.use(2_000);
        while (second.get() != null) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(constraint.allowed(first, 99).contains(1)).isTrue();
    }

    /** Whichever letters came and where makes a state of its own, so that almost each token leads to another. */
    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void whatTakesTooManyStatesFailsTheRequest() {
        String regex = IntStream.rangeClosed('a', 'z')
                .mapToObj(c -> "[a-z ]*" + Character.toString(c) + "[a-z ]{100}")
                .collect(Collectors.joining("|"));
        var guide = new Guide(new TokenConstraint(Grammar.regex(regex), manyWords(), Set.of(0)), 500);
        assertThatIllegalStateException()
                .isThrownBy(() -> {
                    while (!guide.isComplete()) {
                        guide.accept(guide.allowed().next(200));
                    }
                })
                .withMessageContaining("too ambiguous");
    }

    /** It takes well under a second; it took eight when each of so many places was looked at as closely as one of few. */
    @Test
    @Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aLargeConstraintIsSoonPrepared() {
        var constraint = new TokenConstraint(Grammar.regex("[a-z]{10000}".repeat(9)), manyWords(), Set.of(0));
        assertThat(constraint.start().distance()).isBetween(90_000 / 8, 90_000);
    }

    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void referencesThatLeadThroughThousandsAreRefused() {
        var schema = new StringBuilder("{\"$ref\":\"#/$defs/a0\",\"$defs\":{\"a0\":{\"anyOf\":[{\"type\":\"null\"}");
        IntStream.range(1, 3_000).forEach(i -> schema.append(",{\"$ref\":\"#/$defs/a" + i + "\"}"));
        schema.append("]},\"a1\":{\"type\":\"null\"}");
        IntStream.range(2, 3_000)
                .forEach(i -> schema.append(",\"a" + i + "\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":1,"
                        + "\"items\":{\"$ref\":\"#/$defs/a" + (i - 1) + "\"}}"));
        Grammar grammar = Grammar.jsonSchema(schema + "}}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TokenConstraint(grammar, Writer.PIECES, Set.of(Writer.END)))
                .withMessageContaining("too large to prepare");
    }

    @Test
    void manyThreadsAtOnceWriteWhatEachWouldAlone() throws InterruptedException, ExecutionException {
        Grammar grammar = Grammar.jsonSchema(RECORD);
        var shared = new TokenConstraint(grammar, Writer.PIECES, Set.of(Writer.END), new KnownStates(200_000));
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<String>> together = new ArrayList<>();
            for (int seed = 0; seed < 60; seed++) {
                var random = new Random(seed);
                together.add(threads.submit(() -> new Writer(shared, Writer.PIECES, random).write(50, false)));
            }
            for (int seed = 0; seed < 60; seed++) {
                assertThat(together.get(seed).get())
                        .isEqualTo(new Writer(grammar, Writer.PIECES, new Random(seed)).write(50, false));
            }
        } finally {
            threads.shutdownNow();
        }
    }
}

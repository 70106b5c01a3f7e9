package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which topics a pattern stands for. */
class TopicPatternTest {
    @ParameterizedTest
    @CsvSource({
        "llm.*.requests, llm.chat.requests,     true",
        "llm.*.requests, llm.chat.big.requests, false",
        "llm.*.requests, llm.requests,          false",
        "llm.*.requests, llm.chat.replies,      false",
        "llm.*.requests, llm.chat.requests.old, false",
        "llm.>,          llm.chat,              true",
        "llm.>,          llm.chat.requests,     true",
        "llm.>,          llm,                   false",
        "llm.>,          llms.chat,             false",
        "llm.*.>,        llm.chat,              false",
        "llm.*.>,        llm.chat.requests,     true",
        ">,              llm,                   true",
        ">,              llm.chat,              true",
        "*,              llm,                   true",
        "*,              llm.chat,              false",
        "*.*,            llm.chat,              true",
        "llm.chat,       llm.chat,              true",
        "llm.chat,       llm.chats,             false",
        "llm.chat,       llm.cha,               false",
        "llm.chat,       llm,                   false",
        "llm.chat,       llm.chat.big,          false",
        "LLM,            llm,                   false"
    })
    void wildcardsStandForWholePartsAsInNats(String pattern, String name, boolean matches) {
        assertThat(TopicPattern.of(pattern, Object.class).matches(name)).isEqualTo(matches);
    }

    @Test
    void topicMatchesByItsTypeToo() {
        TopicPattern<Number> numbers = TopicPattern.of("data.*", Number.class);
        assertThat(numbers.matches(Topic.of("data.a", Number.class))).isTrue();
        assertThat(numbers.matches(Topic.of("data.a", Integer.class)))
                .as("a subtype")
                .isTrue();
        assertThat(numbers.matches(Topic.of("data.a", Object.class)))
                .as("a supertype")
                .isFalse();
        assertThat(numbers.matches(Topic.of("data.a", String.class))).isFalse();
        assertThat(numbers.matches(Topic.of("other.a", Integer.class))).isFalse();
    }

    @Test
    void deadLettersOfAllTopicsAreOnePattern() {
        TopicPattern<DeadLetter<?>> all = DeadLetter.ALL;
        assertThat(all).hasToString("TopicPattern[dead-letters.>, dev.tokenring.bus.DeadLetter]");
        assertThat(all.matches(DeadLetter.topicOf(Topic.of("words", String.class))))
                .isTrue();
        assertThat(all.matches(DeadLetter.topicOf(Topic.of("llm.chat.requests", String.class))))
                .isTrue();
        assertThat(all.matches(Topic.of("words", String.class))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "'',          'a part is empty; put * for any one part, such as llm.*.requests'",
        "llm.,        'a part is empty; put * for any one part, such as llm.*.requests'",
        "llm..x,      'a part is empty; put * for any one part, such as llm.*.requests'",
        "llm.>.x,     'must be the last part, such as llm.>; put * for one part'",
        ">.>,         'must be the last part, such as llm.>; put * for one part'",
        "llm.ch*,     'a wildcard stands for whole parts, so \"ch*\" must be *, or > at the end'",
        "llm.**,      'a wildcard stands for whole parts, so \"**\" must be *, or > at the end'",
        "llm.chat>,   'a wildcard stands for whole parts, so \"chat>\" must be *, or > at the end'",
        "llm.two words, '\"two words\" can''t be part of a name; use letters, digits, ''_'' and ''-'', or * for any one part'",
        "llm/*,       'a wildcard stands for whole parts, so \"llm/*\" must be *, or > at the end'"
    })
    void malformedPatternIsRefusedWithWhatIsWrong(String pattern, String message) {
        assertThatThrownBy(() -> TopicPattern.of(pattern, Object.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("topic pattern is \"" + pattern + "\": ")
                .hasMessageEndingWith(message);
    }

    @Test
    void patternsAreEqualIfFormAndTypeAre() {
        TopicPattern<Integer> pattern = TopicPattern.of("llm.>", Integer.class);
        assertThat(pattern).isEqualTo(TopicPattern.of("llm.>", Integer.class));
        assertThat(pattern).hasSameHashCodeAs(TopicPattern.of("llm.>", Integer.class));
        assertThat(pattern).isNotEqualTo(TopicPattern.of("llm.*", Integer.class));
        assertThat(pattern).isNotEqualTo(TopicPattern.of("llm.>", Number.class));
        assertThat(pattern).hasToString("TopicPattern[llm.>, java.lang.Integer]");
        assertThat(pattern.pattern()).isEqualTo("llm.>");
        assertThat(pattern.type()).isEqualTo(Integer.class);
    }

    /** The definition, word for word: slow, but plainly right. */
    private static boolean naivelyMatches(List<String> pattern, List<String> name) {
        if (pattern.isEmpty() || name.isEmpty()) {
            return pattern.isEmpty() && name.isEmpty();
        }
        String first = pattern.get(0);
        if (first.equals(">")) {
            return true;
        }
        return (first.equals("*") || first.equals(name.get(0)))
                && naivelyMatches(pattern.subList(1, pattern.size()), name.subList(1, name.size()));
    }

    @Test
    void matchingAgreesWithItsDefinitionOnRandomNames() {
        long seed = System.nanoTime();
        var random = new SplittableRandom(seed);
        String[] words = {"a", "b", "ab", "aa", "a-b"};
        int matched = 0;
        for (int round = 0; round < 100_000; round++) {
            String pattern = words(random, words, "*") + (random.nextInt(3) == 0 ? ".>" : "");
            String name = words(random, words, "b");
            boolean expected = naivelyMatches(Arrays.asList(pattern.split("\\.")), Arrays.asList(name.split("\\.")));
            assertThat(TopicPattern.of(pattern, Object.class).matches(name))
                    .as("%s against %s, seed %d", pattern, name, seed)
                    .isEqualTo(expected);
            matched += expected ? 1 : 0;
        }
        assertThat(matched).as("both answers are put to the test").isBetween(1_000, 99_000);
    }

    private static String words(SplittableRandom random, String[] words, String other) {
        return Stream.generate(() -> random.nextInt(3) == 0 ? other : words[random.nextInt(words.length)])
                .limit(1 + random.nextInt(4))
                .collect(Collectors.joining("."));
    }

    @Test
    void matchingAllocatesNothing() {
        TopicPattern<Object> pattern = TopicPattern.of("llm.*.requests.>", Object.class);
        Topic<String> topic = Topic.of("llm.chat.requests.urgent.eu", String.class);
        assertThat(Allocation.bytesPerRound(() -> {
                    if (!pattern.matches(topic)) {
                        throw new AssertionError("it matches");
                    }
                }))
                .isLessThan(1);
    }
}

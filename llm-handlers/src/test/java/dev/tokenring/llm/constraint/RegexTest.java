package dev.tokenring.llm.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written under a regular expression matches it as Java understands it, and all that matches can be written. */
class RegexTest {
    private static final Random RANDOM = new Random(31);
    private static final String[] ATOMS = {
        "a",
        "b",
        "é",
        "😀",
        ".",
        "\\d",
        "\\w",
        "\\s",
        "\\D",
        "\\W",
        "[ab]",
        "[^a]",
        "[a-c1-3]",
        "[^\\d\\s]",
        "[é-ü]",
        "[\\x{1F600}-\\x{1F64F}]",
        "漢",
        "\\.",
        "\\n",
        "\\x41",
        "-",
        "[-a]",
        "[a-]",
        "\\u00e9",
        " "
    };
    private static final String[] QUANTIFIERS = {"", "", "", "*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}"};

    private static String randomRegex(int depth) {
        var regex = new StringBuilder();
        int alternatives = 1 + RANDOM.nextInt(10) / 7;
        for (int i = 0; i < alternatives; i++) {
            regex.append(i == 0 ? "" : "|");
            for (int parts = RANDOM.nextInt(4); parts > 0; parts--) {
                boolean group = depth > 0 && RANDOM.nextInt(3) == 0;
                regex.append(group ? "(" + (RANDOM.nextBoolean() ? "?:" : "") + randomRegex(depth - 1) + ")" : atom())
                        .append(QUANTIFIERS[RANDOM.nextInt(QUANTIFIERS.length)]);
            }
        }
        return regex.toString();
    }

    private static String atom() {
        return ATOMS[RANDOM.nextInt(ATOMS.length)];
    }

    private static String randomText() {
        String[] parts = {"a", "b", "c", "é", "ü", "😀", "漢", "1", "4", ".", "A", " ", "\n", "-", "_"};
        var text = new StringBuilder();
        for (int length = RANDOM.nextInt(7); length > 0; length--) {
            text.append(parts[RANDOM.nextInt(parts.length)]);
        }
        return text.toString();
    }

    @Test
    void whatIsWrittenMatches() {
        for (int round = 0; round < 400; round++) {
            String regex = randomRegex(3);
            var writer = new Writer(Grammar.regex(regex), Writer.PIECES, RANDOM);
            Pattern pattern = Pattern.compile(regex);
            for (int tokens : new int[] {writer.shortest(), writer.shortest() + 1, writer.shortest() + 7, 40}) {
                if (tokens >= Math.max(1, writer.shortest())) {
                    String text = writer.write(tokens, RANDOM.nextBoolean());
                    assertThat(pattern.matcher(text).matches())
                            .as("%s in %s tokens gave %s", regex, tokens, text)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void exactlyWhatMatchesCanBeWritten() {
        int matched = 0;
        for (int round = 0; round < 600; round++) {
            String regex = randomRegex(2);
            var writer = new Writer(Grammar.regex(regex), Writer.PIECES, RANDOM);
            Pattern pattern = Pattern.compile(regex);
            for (int i = 0; i < 25; i++) {
                String text = randomText();
                boolean matches = pattern.matcher(text).matches();
                matched += matches ? 1 : 0;
                assertThat(writer.accepts(text)).as("%s and %s", regex, text).isEqualTo(matches);
            }
        }
        assertThat(matched).isGreaterThan(300);
    }

    /** Java's {@code \\s} does not have it, JavaScript's does: neither must be surprised. */
    @Test
    void unicodesSpacesAreNeitherSpaceNorOther() {
        for (String regex : new String[] {"\\s", "\\S", "[\\s]", "[^\\s]", "[^\\sa]"}) {
            var writer = new Writer(Grammar.regex(regex), Writer.PIECES, RANDOM);
            assertThat(writer.accepts("\u00a0")).as(regex).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "^a$",
                "^(?:a|b)$",
                "\\w+@\\w+\\.(?:com|org)",
                "[0-9]{4}-[0-9]{2}-[0-9]{2}",
                "(?:[01][0-9]|2[0-3]):[0-5][0-9]",
                "(?:yes|no|don't know)",
                ".*a.{20}",
                "(?:a*)*b",
                "(?:a|aa)+",
                "(?:a?){200}a{200}",
                ".{0,500}",
                "[^\"]*",
                "[\\x{0}-\\x{10ffff}]{3}"
            })
    void wellKnownShapesAreWritten(String regex) {
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            var writer = new Writer(Grammar.regex(regex), Writer.PIECES, new Random(1));
            for (int i = 0; i < 5; i++) {
                String text = writer.write(Math.max(1, writer.shortest() + i * 10), i % 2 == 0);
                String java = regex.equals(".*a.{20}")
                                || regex.startsWith("(?:a*)*")
                                || regex.startsWith("(?:a?)")
                                || regex.equals("(?:a|aa)+")
                        ? null
                        : regex;
                assertThat(java == null || Pattern.matches(regex, text))
                        .as(text)
                        .isTrue();
            }
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "(a ; character 1; close the group",
                "a) ; character 2; leave it out",
                "[a ; character 1; close the class",
                "a[] ; character 3; write \\]",
                "[^\\x{0}-\\x{10ffff}] ; character 1; name at least one",
                "*a ; character 1; write \\*",
                "a** ; character 3; whole texts",
                "a*? ; character 3; whole texts",
                "a++ ; character 3; whole texts",
                "a{2}{3} ; character 5; into a group",
                "a{ ; character 2; write \\{",
                "a{x} ; character 2; write \\{",
                "a{3,2} ; character 2; swap them",
                "a{99999} ; character 2; lower the number",
                "{2} ; character 1; write \\{",
                "(?=a) ; character 1; write out",
                "(?<n>a) ; character 1; write out",
                "(?i)a ; character 1; write out",
                "(a)\\1 ; character 4; no back-references",
                "\\bword ; character 1; boundaries",
                "\\p{L} ; character 1; Unicode properties",
                "\\ ; character 1; write \\\\",
                "a^b ; character 2; write \\^",
                "a$b ; character 2; write \\$",
                "(a$) ; character 3; write \\$",
                "^a|b$ ; character 6; put the alternatives into a group",
                "[b-a] ; character 2; swap its ends",
                "[\\d-z] ; character 2; write \\-",
                "[a[b]] ; character 3; write \\[",
                "[a&&b] ; character 3; write \\[",
                "\\x{110000} ; character 1; up to 10ffff",
                "\\ud800 ; character 1; no surrogate",
                "\\xg ; character 1; write \\xhh",
            })
    void whatIsNotSupportedIsRefusedWithItsPlaceAndARemedy(String regex, String place, String remedy) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Grammar.regex(regex))
                .withMessageContaining("the regular expression " + regex)
                .withMessageContaining(place + ":")
                .withMessageContaining(remedy);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(?:a{5000}){5000}",
                "(?:(?:(?:a?){300}){300}){300}",
                "(?:(?:a?){999}){999}",
                "(?:(?:){9999}){9999}"
            })
    void whatWouldTakeTooMuchMemoryIsRefusedSoon(String regex) {
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(20), () -> assertThatIllegalArgumentException()
                .isThrownBy(() -> Grammar.regex(regex))
                .withMessageContaining("too large"));
    }

    @Test
    void deepNestingIsRefusedAndNotAnOverflow() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Grammar.regex("(".repeat(100_000)))
                .withMessageContaining("100 deep");
    }

    @Test
    void malformedExpressionsAreRefusedOrUnderstoodAndNothingElse() {
        String characters = "ab(){}[]*+?|^$\\.-,0123dwx:=!<>é😀&";
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            int refused = 0;
            for (int round = 0; round < 20_000; round++) {
                var regex = new StringBuilder(RANDOM.nextInt(3) == 0 ? randomRegex(2) : "");
                for (int edits = RANDOM.nextInt(12); edits > 0; edits--) {
                    regex.insert(
                            RANDOM.nextInt(regex.length() + 1), characters.charAt(RANDOM.nextInt(characters.length())));
                }
                try {
                    Grammar.regex(regex.toString());
                } catch (IllegalArgumentException e) {
                    assertThat(e).hasMessageMatching("(?s)the (regular expression|constraint) .*[:;] .*");
                    refused++;
                }
            }
            assertThat(refused).isBetween(2_000, 19_000);
        });
    }
}

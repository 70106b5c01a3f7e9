package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Topics, services and options are checked where they are made, and say what would be right. */
class DescriptionTest extends BusTest {
    static final Topic<String> WORDS = Topic.of("words", String.class);

    @Test
    void defaultsAreAsDocumented() {
        assertThat(WORDS).hasToString("Topic[words, java.lang.String, capacity=1024, ADAPTIVE]");
        Service<String, Integer> service = Service.of("count", String.class, Integer.class);
        assertThat(service).hasToString("Service[count, java.lang.String -> java.lang.Integer]");
        assertThat(service.capacity()).isEqualTo(1024);
        assertThat(service.waitStrategy()).isEqualTo(WaitStrategy.ADAPTIVE);
        assertThat(service.timeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(service.merge()).isNull();
        assertThat(BusOptions.DEFAULT.name()).isEqualTo("bus");
        assertThat(BusOptions.DEFAULT.errorSink()).isNull();
        assertThat(BusOptions.DEFAULT.closeTimeout()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void derivedDescriptionChangesOneThingAndLeavesTheOriginal() {
        Topic<String> derived = WORDS.withCapacity(8).withWaitStrategy(WaitStrategy.YIELDING);
        assertThat(derived).hasToString("Topic[words, java.lang.String, capacity=8, YIELDING]");
        assertThat(derived.type()).isEqualTo(String.class);
        assertThat(WORDS.capacity()).isEqualTo(1024);
        assertThat(derived)
                .isEqualTo(WORDS.withWaitStrategy(WaitStrategy.YIELDING).withCapacity(8));
        assertThat(derived).hasSameHashCodeAs(WORDS);

        Service<String, String> service = Service.of("join", String.class, String.class)
                .withMerge(String::concat)
                .withCapacity(2)
                .withTimeout(Duration.ofSeconds(1))
                .withWaitStrategy(WaitStrategy.BLOCKING);
        assertThat(service.merge().apply("a", "b")).isEqualTo("ab");
        assertThat(service.capacity()).isEqualTo(2);
        assertThat(service.timeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(service.waitStrategy()).isEqualTo(WaitStrategy.BLOCKING);
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 2",
        "0, 2",
        "1, 2",
        "3, 4",
        "1000, 1024",
        "1025, 2048",
        "67108863, 67108864",
        "67108865, 67108864",
        "2147483647, 67108864"
    })
    void wrongCapacityIsRefusedWithTheNextRightOne(int wrong, int right) {
        String message =
                "capacity is " + wrong + ": it must be a power of two from 2 to 67108864, for example " + right;
        assertThatThrownBy(() -> WORDS.withCapacity(wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
        assertThatThrownBy(
                        () -> Service.of("count", String.class, Integer.class).withCapacity(wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
        assertThat(WORDS.withCapacity(right).capacity()).isEqualTo(right);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ".", "a.", ".a", "a..b", "two words", "ünicode", "a/b", "a\n"})
    void wrongNameIsRefusedWithTheRule(String wrong) {
        String rule = " name is \"" + wrong + "\": use letters, digits, '_' and '-', in parts separated by dots,"
                + " such as llm.generation.requests";
        assertThatThrownBy(() -> Topic.of(wrong, String.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("topic" + rule);
        assertThatThrownBy(() -> Service.of(wrong, String.class, String.class)).hasMessage("service" + rule);
        assertThatThrownBy(() -> BusOptions.DEFAULT.withName(wrong)).hasMessage("bus" + rule);
        assertThatThrownBy(() -> open().subscribe(WORDS, wrong, (word, context) -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("subscription" + rule);
    }

    @Test
    void namesOfDeadLetterTopicsAreKept() {
        assertThatThrownBy(() -> Topic.of("dead-letters.words", String.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("topic name is \"dead-letters.words\": names that begin like this are for dead letters; see"
                        + " DeadLetter.topicOf, or take another");
        assertThatThrownBy(() -> Topic.inPlace("dead-letters.words", StringBuilder.class, StringBuilder::new))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(Topic.of("dead-letters", String.class).name()).isEqualTo("dead-letters");
    }

    @Test
    void nullIsRefusedByName() {
        assertThatThrownBy(() -> Topic.of(null, String.class)).hasMessage("topic name");
        assertThatThrownBy(() -> WORDS.withWaitStrategy(null)).hasMessage("waitStrategy");
        assertThatThrownBy(() -> open().publish(WORDS, null)).hasMessage("message");
        assertThatThrownBy(() -> Stepper.at(null)).hasMessage("start");
        assertThatThrownBy(() -> Service.of("join", String.class, String.class).withTimeout(null))
                .hasMessage("timeout");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "A-1_b", "llm.generation.requests", "7"})
    void rightNameIsKept(String name) {
        assertThat(Topic.of(name, String.class).name()).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S, 'it must be more than zero, for example Duration.ofSeconds(5)'",
        "PT-1S, 'it must be more than zero, for example Duration.ofSeconds(5)'",
        "PT2562047788015215H, 'it must be at most 36500 days, which are as good as forever'"
    })
    void wrongTimeoutIsRefusedEverywhere(Duration wrong, String rule) {
        String message = "timeout is " + wrong + ": " + rule;
        Service<String, String> service = Service.of("join", String.class, String.class);
        Bus bus = open();
        assertThatThrownBy(() -> service.withTimeout(wrong)).hasMessage(message);
        assertThatThrownBy(() -> BusOptions.DEFAULT.withCloseTimeout(wrong)).hasMessage(message);
        assertThatThrownBy(() -> bus.request(service, "a", wrong)).hasMessage(message);
        assertThatThrownBy(() -> bus.stream(service, "a", Headers.NONE, wrong)).hasMessage(message);
        assertThatThrownBy(() -> bus.close(wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
        assertThat(bus.tryPublish(WORDS, "still open")).isEqualTo(PublishOutcome.NO_SUBSCRIPTION);
    }

    @Test
    void twoDifferentTopicsOfOneNameAreRefused() {
        Bus bus = open();
        bus.publisher(WORDS);
        assertThat(bus.publisher(Topic.of("words", String.class))).isSameAs(bus.publisher(WORDS));
        assertThatThrownBy(() -> bus.publish(WORDS.withCapacity(8), "word"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("bus bus has Topic[words, java.lang.String, capacity=1024, ADAPTIVE], which differs from"
                        + " Topic[words, java.lang.String, capacity=8, ADAPTIVE]: use the same description everywhere,"
                        + " or another name");
        assertThatThrownBy(() -> bus.subscribe(WORDS.withWaitStrategy(WaitStrategy.BLOCKING), (word, context) -> {}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> bus.tryPublish(Topic.of("words", Integer.class), 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void topicServesSeveralBusesWhichDoNotMix() {
        Bus one = open();
        Bus two = open(BusOptions.DEFAULT.withName("two"));
        one.subscribe(WORDS, (word, context) -> {});
        assertThat(one.tryPublish(WORDS, "word")).isEqualTo(PublishOutcome.PUBLISHED);
        assertThat(two.tryPublish(WORDS, "word")).isEqualTo(PublishOutcome.NO_SUBSCRIPTION);
        assertThat(two.name()).isEqualTo("two");
    }
}

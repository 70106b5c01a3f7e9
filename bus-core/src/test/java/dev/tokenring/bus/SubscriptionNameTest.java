package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A name stands for one subscription of a topic, since dead letters go back by it. */
class SubscriptionNameTest {
    private static final Topic<String> WORDS = Topic.of("words.new", String.class);
    private static final TopicPattern<String> ALL_WORDS = TopicPattern.of("words.>", String.class);

    private final Bus bus = Bus.open();

    @AfterEach
    void close() {
        bus.close();
    }

    private static void ignore(String word, MessageContext context) {}

    @Test
    void secondSubscriptionOfANameIsRefused() {
        bus.subscription(WORDS).named("store").handle(SubscriptionNameTest::ignore);
        assertThatThrownBy(() -> bus.subscription(WORDS).named("store").handle(SubscriptionNameTest::ignore))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("words.new has a subscription named store already: close that first, or give this one"
                        + " another name");
        assertThatThrownBy(() -> bus.subscription(WORDS).named("store").handleBatches((words, context) -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusedSubscriptionHoldsBackNobody() {
        bus.subscription(WORDS).named("store").handle(SubscriptionNameTest::ignore);
        assertThatThrownBy(() -> bus.subscription(WORDS).named("store").handle(SubscriptionNameTest::ignore))
                .isInstanceOf(IllegalArgumentException.class);
        for (int i = 0; i < 3 * WORDS.capacity(); i++) {
            bus.publish(WORDS, "word");
        }
        assertThat(bus.snapshot().topics().get(0).subscriptions()).hasSize(1);
    }

    @Test
    void nameIsFreeAgainOnceItsSubscriptionIsClosed() {
        bus.subscription(WORDS)
                .named("store")
                .handle(SubscriptionNameTest::ignore)
                .close();
        assertThat(bus.subscription(WORDS)
                        .named("store")
                        .handle(SubscriptionNameTest::ignore)
                        .name())
                .isEqualTo("store");
    }

    @Test
    void nameIsFreeOnAnotherTopic() {
        bus.subscription(WORDS).named("store").handle(SubscriptionNameTest::ignore);
        Topic<String> others = Topic.of("others", String.class);
        assertThat(bus.subscription(others)
                        .named("store")
                        .handle(SubscriptionNameTest::ignore)
                        .isClosed())
                .isFalse();
    }

    @Test
    void patternAndTopicCompeteForAName() {
        bus.subscription(WORDS).named("store").handle(SubscriptionNameTest::ignore);
        assertThatThrownBy(() -> bus.subscription(ALL_WORDS).named("store").handle(SubscriptionNameTest::ignore))
                .isInstanceOf(IllegalArgumentException.class);
        bus.subscription(ALL_WORDS).named("audit").handle(SubscriptionNameTest::ignore);
        assertThatThrownBy(() -> bus.subscription(WORDS).named("audit").handle(SubscriptionNameTest::ignore))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> bus.subscription(ALL_WORDS).named("audit").handle(SubscriptionNameTest::ignore))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("words.new has a subscription named audit already");
    }

    @Test
    void patternsCompeteForAName() {
        bus.subscription(ALL_WORDS).named("audit").handle(SubscriptionNameTest::ignore);
        assertThatThrownBy(() -> bus.subscription(ALL_WORDS).named("audit").handle(SubscriptionNameTest::ignore))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("words.> has a subscription named audit already");
    }

    @Test
    void membersOfAGroupMayShareOne() {
        for (int i = 0; i < 2; i++) {
            bus.subscription(WORDS).named("worker").group("workers").handle(SubscriptionNameTest::ignore);
        }
        assertThat(bus.snapshot().topics().get(0).subscriptions()).hasSize(2).allMatch(member -> "workers"
                .equals(member.group()));
        assertThatThrownBy(() -> bus.subscription(WORDS).named("worker").handle(SubscriptionNameTest::ignore))
                .isInstanceOf(IllegalArgumentException.class);
    }
}

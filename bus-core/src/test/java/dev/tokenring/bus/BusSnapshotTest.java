package dev.tokenring.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenring.bus.BusSnapshot.ServiceSnapshot;
import dev.tokenring.bus.BusSnapshot.SubscriptionSnapshot;
import dev.tokenring.bus.BusSnapshot.TopicSnapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a bus was doing, as a readable table. */
class BusSnapshotTest {
    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");

    private static final SubscriptionSnapshot AUDIT = new SubscriptionSnapshot(
            "audit", "in order", null, 1_234_560, 7, 0, 0, 0, 0, "tokenring-llm.requests-audit");
    private static final SubscriptionSnapshot VIEW =
            new SubscriptionSnapshot("view", "newest only", null, 900_000, 0, 3, 2, 1, 334_567, null);
    private static final TopicSnapshot REQUESTS =
            new TopicSnapshot("llm.requests", String.class, 1024, 1_234_567, 12, 7, List.of(VIEW, AUDIT));
    private static final TopicSnapshot ALERTS =
            new TopicSnapshot("alerts", StackTraceElement.class, 16, 0, 0, 0, List.of());
    private static final ServiceSnapshot DIALOGUE =
            new ServiceSnapshot("dialogue", 2, 256, 3, 100_000, 99_000, 500, 400, 60, 27, 10);
    private static final ServiceSnapshot COUNT = new ServiceSnapshot("count", 1, 1024, 0, 5, 5, 0, 0, 0, 0, 0);

    @Test
    void printsAlignedTablesInTheOrderOfNames() {
        var snapshot = new BusSnapshot("main", TIME, List.of(REQUESTS, ALERTS), List.of(DIALOGUE, COUNT));
        assertThat(snapshot).hasToString("""
                bus main at 2026-01-02T03:04:05Z

                topic         type               capacity  used  published  refused
                alerts        StackTraceElement        16     0          0        0
                llm.requests  String                 1024     7    1234567       12

                topic         subscription  kind         delivered  lag  failures  retries  dead letters  missed  thread
                llm.requests  audit         in order       1234560    7         0        0             0       0  tokenring-llm.requests-audit
                llm.requests  view          newest only     900000    0         3        2             1  334567  -

                service   responders  capacity  in flight  requests  replies  failures  timeouts  cancelled  shed  abandoned
                count              1      1024          0         5        5         0         0          0     0          0
                dialogue           2       256          3    100000    99000       500       400         60    27         10
                """);
    }

    @Test
    void whatAGroupSharesIsPrintedOnce() {
        List<SubscriptionSnapshot> members = List.of(
                new SubscriptionSnapshot("w0", "group w", "w", 5, 2, 3, 2, 1, 0, null),
                new SubscriptionSnapshot("w1", "group w", "w", 4, 2, 3, 2, 1, 0, null));
        var topic = new TopicSnapshot("jobs", String.class, 16, 11, 0, 2, members);
        assertThat(new BusSnapshot("main", TIME, List.of(topic), List.of()).toString())
                .endsWith("""
                topic  subscription  kind     delivered  lag  failures  retries  dead letters  missed  thread
                jobs   w0            group w          5    2         3        2             1       0  -
                jobs   w1            group w          4    ^         ^        ^             ^       0  -
                """);
    }

    @Test
    void tablesThatWouldBeEmptyAreLeftOut() {
        assertThat(new BusSnapshot("main", TIME, List.of(), List.of()))
                .hasToString("bus main at 2026-01-02T03:04:05Z\n");
        assertThat(new BusSnapshot("main", TIME, List.of(ALERTS), List.of())).hasToString("""
                bus main at 2026-01-02T03:04:05Z

                topic   type               capacity  used  published  refused
                alerts  StackTraceElement        16     0          0        0
                """);
    }

    @Test
    void orderInWhichThePartsWereReadDoesNotShow() {
        var snapshot = new BusSnapshot("main", TIME, List.of(REQUESTS, ALERTS), List.of(DIALOGUE, COUNT));
        assertThat(snapshot)
                .isEqualTo(new BusSnapshot("main", TIME, List.of(ALERTS, REQUESTS), List.of(COUNT, DIALOGUE)));
        assertThat(snapshot.topics()).containsExactly(ALERTS, REQUESTS);
        assertThat(snapshot.services()).containsExactly(COUNT, DIALOGUE);
        assertThat(REQUESTS.subscriptions()).containsExactly(AUDIT, VIEW);
    }

    @Test
    void snapshotChangesNoMore() {
        var topics = new ArrayList<>(List.of(ALERTS));
        var snapshot = new BusSnapshot("main", TIME, topics, List.of());
        topics.add(REQUESTS);
        assertThat(snapshot.topics()).containsExactly(ALERTS);
        assertThatThrownBy(() -> snapshot.topics().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> REQUESTS.subscriptions().clear()).isInstanceOf(UnsupportedOperationException.class);
    }
}

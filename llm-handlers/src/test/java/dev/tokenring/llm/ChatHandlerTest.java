package dev.tokenring.llm;

import static dev.tokenring.llm.ChatMessage.assistant;
import static dev.tokenring.llm.ChatMessage.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.Headers;
import dev.tokenring.bus.RequestException;
import dev.tokenring.bus.RequestFailure;
import dev.tokenring.bus.Service;
import dev.tokenring.bus.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sessions on the bus, with a model that does as it is told. */
class ChatHandlerTest {
    private record Say(String session, String text) {}

    private static final Service<Say, Generation> CHAT =
            Service.of("chat", Say.class, Generation.class).withMerge(Generation::append);
    private static final Topic<ChatSession> DESK = Topic.of("desk", ChatSession.class);
    private static final ChatOptions OPTIONS = ChatOptions.of(GenerationOptions.GREEDY);

    private final Bus bus = Bus.open();
    private final ScriptedModel model = new ScriptedModel(1_000);
    private final ChatStore store = ChatStore.inMemory(100, Duration.ofHours(1));

    @AfterEach
    void close() {
        bus.close();
    }

    private ChatHandler<Say, Generation> serve(ChatStore in, ChatOptions options) {
        var chat = new ChatHandler<Say, Generation>(
                model, in, options, Say::session, Say::text, (piece, headers) -> piece);
        bus.serveAsync(CHAT, chat);
        return chat;
    }

    private ChatHandler<Say, Generation> serve(ChatOptions options) {
        return serve(store, options);
    }

    private CompletableFuture<Generation> ask(String session, String text) {
        return bus.request(CHAT, new Say(session, text), Duration.ofSeconds(30));
    }

    private List<ChatMessage> turns(String session) {
        ChatSession found = store.find(session);
        return found == null ? List.of() : found.turns();
    }

    private static Throwable failure(CompletableFuture<?> request) {
        try {
            request.join();
        } catch (CompletionException e) {
            return e.getCause() instanceof RequestException asked && asked.getCause() != null
                    ? asked.getCause()
                    : e.getCause();
        }
        throw new AssertionError("it did not fail");
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theModelSeesWhatWasSaidBefore() {
        serve(OPTIONS.withSystem("Be kind."));

        assertThat(ask("a", "one").join().text()).isEqualTo("answer 1");
        assertThat(ask("b", "other").join().text()).isEqualTo("answer 2");
        ask("a", "two").join();

        assertThat(model.lastPrompt()).isEqualTo("system: Be kind. | user: one | assistant: answer 1 | user: two");
        assertThat(turns("a")).containsExactly(user("one"), assistant("answer 1"), user("two"), assistant("answer 3"));
        assertThat(turns("b")).containsExactly(user("other"), assistant("answer 2"));
    }

    @Test
    void aStreamGetsThePiecesAsTheyCome() {
        serve(OPTIONS);
        var parts = new CopyOnWriteArrayList<Generation>();

        bus.stream(CHAT, new Say("a", "one"), Duration.ofSeconds(30), parts::add)
                .join();

        assertThat(parts).extracting(Generation::text).containsExactly("answer ", "1", "");
        assertThat(parts.get(2).finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void memoryIsAppliedAndTheStoreKeepsAll() {
        serve(OPTIONS.withMemory(ChatMemory.ALL.withExchanges(1)));
        for (String text : List.of("one", "two", "three")) {
            ask("a", text).join();
        }
        assertThat(model.lastPrompt()).isEqualTo("user: two | assistant: answer 2 | user: three");
        assertThat(turns("a")).hasSize(6);
    }

    @Test
    void aSummaryIsKeptAndShown() {
        serve(OPTIONS.withMemory(ChatMemory.ALL.withSummary(
                1, 0, old -> (old.summary() == null ? "" : old.summary() + ", ") + old.lastText())));
        for (String text : List.of("one", "two", "three", "four", "five")) {
            ask("a", text).join();
        }
        assertThat(model.prompts)
                .containsExactly(
                        "user: one",
                        "user: one | assistant: answer 1 | user: two",
                        "system: answer 2 | user: three",
                        "system: answer 2 | user: three | assistant: answer 3 | user: four",
                        "system: answer 2, answer 4 | user: five");
        assertThat(store.find("a"))
                .isEqualTo(new ChatSession(
                        "a", "answer 2, answer 4", List.of(user("five"), assistant("answer 5")), false));
    }

    @Test
    void aSummariserThatFailsFailsTheRequestAndLosesNothing() {
        var failing = new AtomicInteger(1);
        serve(OPTIONS.withMemory(ChatMemory.ALL.withSummary(0, 0, old -> {
            if (failing.getAndDecrement() > 0) {
                throw new IllegalStateException("no summary today");
            }
            return "short";
        })));
        ask("a", "one").join();

        assertThat(failure(ask("a", "two"))).hasMessage("no summary today");
        assertThat(turns("a")).containsExactly(user("one"), assistant("answer 1"), user("two"));

        ask("a", "three").join();
        assertThat(model.lastPrompt()).isEqualTo("system: short | user: three");
    }

    @Test
    void aGenerationThatFailsLeavesAQuestionThatTheNextReplaces() {
        serve(OPTIONS);
        ask("a", "one").join();
        model.says(prompt -> {
            throw new IllegalStateException("out of order");
        });
        assertThat(failure(ask("a", "two"))).hasMessage("out of order");
        assertThat(turns("a")).containsExactly(user("one"), assistant("answer 1"), user("two"));

        model.says(prompt -> List.of("fine"));
        ask("a", "three").join();
        assertThat(model.lastPrompt()).isEqualTo("user: one | assistant: answer 1 | user: three");
        assertThat(turns("a")).containsExactly(user("one"), assistant("answer 1"), user("three"), assistant("fine"));
    }

    @Test
    void aQuestionThatTheModelTurnsAwayEndsAsOverload() {
        serve(OPTIONS);
        model.says(prompt -> {
            throw new OverloadedException("too much to do");
        });
        CompletableFuture<Generation> request = ask("a", "one");
        assertThat(failure(request))
                .isInstanceOfSatisfying(RequestException.class, refused -> assertThat(refused.failure())
                        .isEqualTo(RequestFailure.OVERLOADED));
        model.says(prompt -> List.of("fine"));
        ask("a", "two").join();
        assertThat(turns("a")).containsExactly(user("two"), assistant("fine"));
    }

    @Test
    void aQuestionTooLongForTheModelDoesNotSpoilTheSession() {
        serve(OPTIONS);
        assertThat(failure(ask("a", "x".repeat(1_000)))).isInstanceOf(PromptTooLongException.class);
        ask("a", "short").join();
        assertThat(model.lastPrompt()).isEqualTo("user: short");
    }

    @Test
    void aCancelledAnswerIsNotKept() throws Exception {
        serve(OPTIONS);
        var firstWord = new CountDownLatch(1);
        var cancelled = new CountDownLatch(1);
        model.says(prompt -> List.of("half ", "an ", "answer"));
        model.afterEachWord(word -> {
            firstWord.countDown();
            try {
                assertThat(cancelled.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        CompletableFuture<Generation> request = ask("a", "one");
        assertThat(firstWord.await(30, TimeUnit.SECONDS)).isTrue();
        request.cancel(true);
        cancelled.countDown();

        model.says(prompt -> List.of("fine"));
        ask("a", "two").join();

        assertThat(turns("a")).containsExactly(user("two"), assistant("fine"));
    }

    @Test
    void aRequestThatIsOverBeforeItsTurnChangesNothing() throws Exception {
        serve(OPTIONS);
        var begun = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        model.says(prompt -> {
            begun.countDown();
            assertThat(release.await(30, TimeUnit.SECONDS)).isTrue();
            return List.of("first");
        });
        CompletableFuture<Generation> first = ask("a", "one");
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Generation> second = ask("a", "two");
        CompletableFuture<Generation> third = ask("a", "three");
        second.cancel(true);
        release.countDown();

        first.join();
        third.join();
        assertThat(model.prompts).containsExactly("user: one", "user: one | assistant: first | user: three");
        assertThat(turns("a")).containsExactly(user("one"), assistant("first"), user("three"), assistant("first"));
    }

    @Test
    void turnsOfOneSessionComeInOrderAndSessionsRunSideBySide() {
        int sessions = 4;
        serve(OPTIONS);
        // Nobody passes before all four sessions are being answered, at each of their five turns.
        var together = new CyclicBarrier(sessions);
        Map<String, AtomicInteger> atWork = new ConcurrentHashMap<>();
        model.says(prompt -> {
            String session = prompt.substring(prompt.lastIndexOf(": ") + 2).split("-")[0];
            AtomicInteger count = atWork.computeIfAbsent(session, any -> new AtomicInteger());
            assertThat(count.incrementAndGet())
                    .as("one turn of a session at a time")
                    .isEqualTo(1);
            await(together);
            count.decrementAndGet();
            return List.of("ok");
        });
        var all = new ArrayList<CompletableFuture<Generation>>();
        for (int turn = 0; turn < 5; turn++) {
            for (int session = 0; session < sessions; session++) {
                all.add(ask("s" + session, "s" + session + "-" + turn));
            }
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
        for (int session = 0; session < sessions; session++) {
            var expected = new ArrayList<ChatMessage>();
            for (int turn = 0; turn < 5; turn++) {
                expected.add(user("s" + session + "-" + turn));
                expected.add(assistant("ok"));
            }
            assertThat(turns("s" + session)).isEqualTo(expected);
        }
    }

    @Test
    void aModelThatAnswersLaterHoldsNoThread() {
        var asked = new LinkedBlockingQueue<ChatModel.Listener>();
        ChatModel later = (asking, request, listener) -> asked.add(listener);
        bus.serveAsync(
                CHAT,
                new ChatHandler<Say, Generation>(
                        later, store, OPTIONS, Say::session, Say::text, (piece, headers) -> piece));
        var all = new ArrayList<CompletableFuture<Generation>>();
        for (int i = 0; i < 3 * SessionLanes.THREADS; i++) {
            all.add(ask("s" + i, "hello"));
        }
        while (asked.size() < all.size()) {
            Thread.onSpinWait();
        }
        asked.forEach(listener ->
                listener.said(new Generation("hi", List.of(1), List.of(), new Usage(1, 0, 1), FinishReason.STOP)));
        all.forEach(request -> assertThat(request.join().text()).isEqualTo("hi"));
        assertThat(turns("s0")).containsExactly(user("hello"), assistant("hi"));
    }

    @Test
    void aReplyThatCantBeMadeFailsTheRequestAndTheNextIsAnswered() {
        var failing = new AtomicInteger(1);
        bus.serveAsync(
                CHAT,
                new ChatHandler<Say, Generation>(model, store, OPTIONS, Say::session, Say::text, (piece, headers) -> {
                    if (failing.getAndDecrement() == 1) {
                        throw new IllegalStateException("no reply");
                    }
                    return piece;
                }));
        assertThat(failure(ask("a", "one"))).hasMessage("no reply");
        assertThat(ask("a", "two").join().text()).isEqualTo("answer 2");
        assertThat(turns("a")).containsExactly(user("two"), assistant("answer 2"));
    }

    @Test
    void anUnknownSessionBeginsAnewUnlessOnlyBegunOnesAreServed() {
        ChatHandler<Say, Generation> chat = serve(OPTIONS.withOnlyBegunSessions());

        assertThat(failure(ask("a", "one")))
                .isInstanceOfSatisfying(UnknownSessionException.class, unknown -> assertThat(unknown.id())
                        .isEqualTo("a"));
        assertThat(store.find("a")).isNull();

        assertThat(chat.begin("a").join()).isEqualTo(ChatSession.begin("a"));
        ask("a", "one").join();
        assertThat(chat.begin("a").join().turns()).as("beginning twice").hasSize(2);

        assertThat(chat.end("a").join().turns()).hasSize(2);
        assertThat(store.find("a")).isNull();
        assertThat(failure(ask("a", "two"))).isInstanceOf(UnknownSessionException.class);
        assertThat(chat.end("a").join()).isNull();
    }

    @Test
    void anImpossibleIdFailsTheRequest() {
        serve(OPTIONS);
        assertThat(failure(ask(" ", "one"))).isInstanceOf(IllegalArgumentException.class);
        ask("a", "one").join();
    }

    @Test
    void aSessionForgottenWhileItIsAnsweredStaysForgotten() {
        ChatStore small = ChatStore.inMemory(1, Duration.ofHours(1));
        serve(small, OPTIONS);
        model.says(prompt -> {
            if (prompt.endsWith("one")) {
                ask("b", "other").join();
            }
            return List.of("ok");
        });

        assertThat(ask("a", "one").join().text()).isEqualTo("ok");

        assertThat(small.find("a")).isNull();
        assertThat(small.find("b").turns()).containsExactly(user("other"), assistant("ok"));
    }

    @Test
    void aStoreThatFailsFailsTheRequestAndTheNextIsAnswered() {
        var failing = new AtomicInteger(1);
        serve(
                new ChatStore() {
                    @Override
                    public ChatSession find(String id) {
                        return store.find(id);
                    }

                    @Override
                    public void append(String id, ChatEvent event, Headers headers) {
                        if (failing.getAndDecrement() == 0) {
                            throw new IllegalStateException("disk full");
                        }
                        store.append(id, event, headers);
                    }
                },
                OPTIONS);
        assertThat(failure(ask("a", "one"))).as("the answer can't be kept").hasMessage("disk full");
        ask("a", "two").join();
        assertThat(turns("a")).containsExactly(user("two"), assistant("answer 2"));
    }

    @Test
    void theStoreGetsTheHeadersOfTheRequest() {
        var seen = new CopyOnWriteArrayList<Headers>();
        serve(
                new ChatStore() {
                    @Override
                    public ChatSession find(String id) {
                        return store.find(id);
                    }

                    @Override
                    public void append(String id, ChatEvent event, Headers headers) {
                        seen.add(headers);
                    }
                },
                OPTIONS);
        Headers headers = Headers.NONE.withSender("anna").withCorrelationId("c-1");
        bus.request(CHAT, new Say("a", "one"), headers, Duration.ofSeconds(30)).join();
        assertThat(seen).containsExactly(headers, headers);
    }

    private ChatOptions withDesk() {
        return OPTIONS.withHandOver(
                session -> session.lastText().contains("human"),
                (session, headers) -> bus.publish(DESK, session, headers));
    }

    @Test
    void aHumanTakesOverAndGivesBack() throws Exception {
        ChatHandler<Say, Generation> chat = serve(withDesk());
        var desk = new LinkedBlockingQueue<ChatSession>();
        bus.subscribe(DESK, (session, context) -> desk.add(session));
        ask("a", "one").join();

        Generation told = ask("a", "a human, please").join();
        assertThat(told.finishReason()).isEqualTo(FinishReason.HANDED_OVER);
        assertThat(told.text()).isEmpty();
        assertThat(desk.poll(30, TimeUnit.SECONDS))
                .isEqualTo(new ChatSession(
                        "a", null, List.of(user("one"), assistant("answer 1"), user("a human, please")), true));

        assertThat(ask("a", "hello?").join().finishReason()).isEqualTo(FinishReason.HANDED_OVER);
        assertThat(desk.poll(30, TimeUnit.SECONDS).lastText()).isEqualTo("hello?");
        assertThat(model.prompts).as("the model does not answer meanwhile").hasSize(1);

        assertThat(chat.answer("a", "Anna here.", Headers.NONE.withSender("anna"))
                        .join()
                        .turns())
                .endsWith(user("a human, please"), user("hello?"), assistant("Anna here."));
        assertThat(chat.handBack("a", Headers.NONE).join().withHuman()).isFalse();

        ask("a", "two").join();
        assertThat(model.lastPrompt())
                .isEqualTo("user: one | assistant: answer 1 | user: a human, please\nhello? | assistant: Anna here."
                        + " | user: two");
    }

    @Test
    void aProgramCanHandOverToo() throws Exception {
        ChatHandler<Say, Generation> chat = serve(withDesk());
        var desk = new LinkedBlockingQueue<Headers>();
        bus.subscribe(DESK, (session, context) -> desk.add(context.headers()));
        ask("a", "one").join();
        Headers moderator = Headers.NONE.withSender("moderator");

        assertThat(chat.handOver("a", moderator).join().withHuman()).isTrue();
        chat.handOver("a", moderator).join();

        assertThat(desk.poll(30, TimeUnit.SECONDS)).isEqualTo(moderator);
        assertThat(ask("a", "two").join().finishReason()).isEqualTo(FinishReason.HANDED_OVER);
        assertThat(desk.poll(30, TimeUnit.SECONDS).sender())
                .as("told once of the hand-over")
                .isNull();
    }

    @Test
    void aHumanAnswersOnlyWhatIsTheirs() {
        ChatHandler<Say, Generation> chat = serve(withDesk());
        ask("a", "one").join();

        assertThatThrownBy(() -> chat.answer("a", "I too!", Headers.NONE).join())
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("with the model");
        assertThatThrownBy(() -> chat.answer("b", "hello", Headers.NONE).join())
                .hasCauseInstanceOf(UnknownSessionException.class);
        assertThatThrownBy(() -> chat.handOver("b", Headers.NONE).join())
                .hasCauseInstanceOf(UnknownSessionException.class);
        assertThatIllegalArgumentException().isThrownBy(() -> chat.handBack("", Headers.NONE));
        assertThat(turns("a")).hasSize(2);
    }

    @Test
    void whereTheDeskCantBeToldTheSessionStaysWithTheModel() {
        serve(OPTIONS.withHandOver(session -> session.lastText().contains("human"), (session, headers) -> {
            throw new IllegalStateException("nobody at the desk");
        }));
        assertThat(failure(ask("a", "a human, please"))).hasMessage("nobody at the desk");
        assertThat(store.find("a").withHuman()).isFalse();
        assertThat(ask("a", "one").join().finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void closingTheBusEndsWhatIsBeingAnswered() throws Exception {
        serve(OPTIONS);
        var begun = new CountDownLatch(1);
        var closed = new CountDownLatch(1);
        var words = new AtomicInteger();
        model.says(prompt -> List.of("one ", "two ", "three"));
        model.afterEachWord(word -> {
            words.incrementAndGet();
            begun.countDown();
            try {
                assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        CompletableFuture<Generation> request = ask("a", "one");
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

        bus.close(Duration.ofMillis(10));
        closed.countDown();

        assertThat(((RequestException) failure(request)).failure()).isEqualTo(RequestFailure.CLOSED);
        assertThat(words.get()).isEqualTo(1);
        assertThat(turns("a")).containsExactly(user("one"));
    }

    /** Random sessions, failures, cancellations: each session ends as its answered requests say. */
    @Test
    void whateverHappensASessionHoldsItsAnsweredQuestionsInOrder() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        serve(OPTIONS);
        model.says(prompt -> {
            String question = prompt.substring(prompt.lastIndexOf(": ") + 2);
            if (question.startsWith("bad")) {
                throw new IllegalStateException(question);
            }
            return List.of("re ", question);
        });
        record Asked(Say say, CompletableFuture<Generation> request) {}
        var all = new ArrayList<Asked>();
        for (int i = 0; i < 400; i++) {
            var say = new Say("s" + random.nextInt(7), (random.nextInt(5) == 0 ? "bad" : "q") + i);
            all.add(new Asked(say, ask(say.session(), say.text())));
            if (random.nextInt(6) == 0) {
                all.get(random.nextInt(all.size())).request().cancel(true);
            }
        }
        CompletableFuture.allOf(all.stream().map(Asked::request).toArray(CompletableFuture[]::new))
                .exceptionally(some -> null)
                .join();
        for (int session = 0; session < 7; session++) {
            String id = "s" + session;
            ask(id, "last").join();
            List<String> answered = all.stream()
                    .filter(asked -> asked.say().session().equals(id))
                    .filter(asked -> !asked.request().isCompletedExceptionally())
                    .map(asked -> asked.say().text())
                    .toList();
            List<ChatMessage> turns = turns(id);
            List<String> kept = new ArrayList<>();
            for (int turn = 0; turn < turns.size(); turn += 2) {
                String question = turns.get(turn).content();
                assertThat(turns.get(turn)).as("seed " + seed).isEqualTo(user(question));
                assertThat(turns.get(turn + 1)).as("seed " + seed).isEqualTo(assistant("re " + question));
                kept.add(question);
            }
            // A request may be cancelled when its answer is kept already, but not the other way round.
            assertThat(kept).as("seed " + seed).containsSubsequence(answered).endsWith("last");
            assertThat(kept).as("seed " + seed).noneMatch(question -> question.startsWith("bad"));
        }
    }
}

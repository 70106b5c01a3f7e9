package dev.tokenring.bus.soak;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.BusClosedException;
import dev.tokenring.bus.BusOptions;
import dev.tokenring.bus.CloseReport;
import dev.tokenring.bus.DeadLetter;
import dev.tokenring.bus.Execution;
import dev.tokenring.bus.HandlerError;
import dev.tokenring.bus.RetryPolicy;
import dev.tokenring.bus.Service;
import dev.tokenring.bus.Topic;
import dev.tokenring.bus.WaitStrategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * One bus from its opening to its end, with everybody who uses it, all drawn from a seed.
 *
 * <p>It ends in peace, when everybody has said and heard everything, or in haste, in the middle of all. In peace, all
 * must have come to its end; in haste, all that has not must have been counted as abandoned.
 */
final class Round {
    /** Much longer than anything takes; it is reached only when a promise is broken. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int FIRST_NOTES = 150;

    final Bus bus;
    final List<Topic<Note>> topics = new ArrayList<>();
    final Queue<Question> questions = new ConcurrentLinkedQueue<>();
    final Queue<String> broken = new ConcurrentLinkedQueue<>();
    private final SplittableRandom random;
    private final boolean inPeace;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> new Thread(task, "participant"));
    private final ExecutorService lent = Executors.newFixedThreadPool(2);
    private final List<Teller> tellers = new CopyOnWriteArrayList<>();
    private final List<Audience> audiences = new CopyOnWriteArrayList<>();
    private final Map<String, Audience> audienceOf = new ConcurrentHashMap<>();
    private final List<Future<?>> background = new CopyOnWriteArrayList<>();
    private final List<Participant> telling = new ArrayList<>();
    private final List<Participant> others = new ArrayList<>();
    private final Queue<HandlerError> errors = new ConcurrentLinkedQueue<>();
    private final AtomicInteger uncounted = new AtomicInteger();
    private final AtomicInteger number = new AtomicInteger();
    private volatile boolean enough;

    Round(long seed) {
        random = new SplittableRandom(seed);
        inPeace = random.nextInt(3) > 0;
        bus = Bus.open(BusOptions.DEFAULT.withErrorSink(errors::add).withDeadLetterCapacity(1_000_000));
        boolean topicsOnly = random.nextInt(3) > 0;
        if (topicsOnly || random.nextBoolean()) {
            castTopics();
        }
        if (!topicsOnly) {
            castServices();
        }
    }

    private void castTopics() {
        int topicCount = 1 + random.nextInt(2);
        for (int i = 0; i < topicCount; i++) {
            boolean single = random.nextInt(4) == 0;
            Topic<Note> topic = aTopic("soak.lasting-" + i);
            topics.add(single ? topic.withSinglePublisher() : topic);
            int tellerCount = single ? 1 : 1 + random.nextInt(3);
            for (int j = 0; j < tellerCount; j++) {
                telling.add(
                        inPeace && random.nextInt(5) == 0
                                ? new FlowTelling(this, topics.get(i), random.split())
                                : new Telling(this, topics.get(i), random.split()));
            }
        }
        addSome(others, 2, () -> new Listening(this, random.split()));
        addSome(others, 2, () -> new Working(this, aTopic(), random.split()));
        addSome(others, 1, () -> new Polling(this, aTopic(), random.split()));
        addSome(others, 1, () -> new Streaming(this, aTopic(), random.split()));
        addSome(telling, 1, () -> new InPlaceTelling(this, random.split()));
        addSome(telling, 1, () -> new BriefTopics(this, random.split()));
        addSome(others, 1, () -> new Redriving(this, random.split()));
        addSome(others, 1, () -> new Pressing(this));
    }

    private void castServices() {
        for (int i = 1 + random.nextInt(2); i > 0; i--) {
            Service<Question, Long> service = Service.of("service." + i, Question.class, Long.class)
                    .withCapacity(2 << random.nextInt(5))
                    .withMerge(Long::sum);
            Map<String, AtomicInteger> starts = new ConcurrentHashMap<>();
            others.add(new Serving(this, service, starts, random.split()));
            others.add(new Asking(this, service, starts, random.split()));
            addSome(others, 2, () -> new Asking(this, service, starts, random.split()));
            others.add(new Rushing(this, i, random.split()));
        }
    }

    private void addSome(List<Participant> to, int atMost, Supplier<Participant> participant) {
        for (int i = random.nextInt(atMost + 1); i > 0; i--) {
            to.add(participant.get());
        }
    }

    // ---- what the participants share

    private Topic<Note> aTopic() {
        return topics.get(random.nextInt(topics.size()));
    }

    Topic<Note> aTopic(String name) {
        WaitStrategy[] waits = {WaitStrategy.ADAPTIVE, WaitStrategy.BLOCKING, WaitStrategy.YIELDING};
        return Topic.of(name, Note.class)
                .withCapacity(2 << random.nextInt(6))
                .withWaitStrategy(waits[random.nextInt(waits.length)]);
    }

    /** Any of the executions that call one handler at a time. */
    static Execution oneThread(SplittableRandom random) {
        return random.nextBoolean() ? Execution.ownThread() : Execution.eventLoop("loop-" + random.nextInt(2));
    }

    /** Any of the executions that call a handler several times at once. */
    Execution manyThreads(SplittableRandom random) {
        int maxRunning = 1 + random.nextInt(4);
        return random.nextBoolean() ? Execution.virtualThreads(maxRunning) : Execution.executor(lent, maxRunning);
    }

    static RetryPolicy retry(int maxAttempts) {
        return RetryPolicy.of(maxAttempts).withBackoff(Duration.ofNanos(20_000), 2, Duration.ofMillis(1));
    }

    Teller newTeller(String topic) {
        Teller teller = new Teller(number.incrementAndGet(), topic);
        tellers.add(teller);
        return teller;
    }

    /** Makes an audience whose name is that of its subscription. */
    Audience newAudience(String kind, Predicate<String> topics, Audience.Traits traits) {
        var audience = new Audience(kind + "-" + number.incrementAndGet(), topics, traits, () -> tellers);
        audiences.add(audience);
        audienceOf.put(audience.name(), audience);
        return audience;
    }

    /** Makes another name, under which an audience has a member. */
    String newMember(Audience audience) {
        String name = audience.name() + ".member-" + number.incrementAndGet();
        audienceOf.put(name, audience);
        return name;
    }

    /** A claim that was aborted takes a place before each listener, and is not told apart if it is abandoned there. */
    void tookPlaceInVain(int listeners) {
        uncounted.addAndGet(listeners);
    }

    /** Does something on another thread, which may go on until the bus is closed. */
    Future<?> alongside(Participant participant) {
        Future<?> started = threads.submit(() -> {
            participant.act();
            return null;
        });
        background.add(started);
        return started;
    }

    /** Whether somebody who tells should stop. In haste, nobody does before the bus is closed. */
    boolean hasEnoughOf(Teller teller) {
        if (teller.told() < FIRST_NOTES) {
            return false;
        }
        LockSupport.parkNanos(100_000);
        return enough && inPeace;
    }

    /** The pause between two of a participant's steps. */
    static void pause(SplittableRandom random) {
        if (random.nextInt(3) > 0) {
            LockSupport.parkNanos(random.nextInt(300_000));
        }
    }

    // ---- the round itself

    /** Gives what was wrong. */
    List<String> run() throws Exception {
        try {
            List<Future<?>> tellersAtWork = start(telling);
            await(start(others));
            enough = true;
            if (inPeace) {
                await(tellersAtWork);
            }
            if (inPeace) {
                awaitQuiet();
            }
            CloseReport report = bus.close(inPeace ? PATIENCE : Duration.ofNanos(1 + random.nextInt(3_000_000)));
            await(tellersAtWork);
            await(background);
            check(report);
        } catch (TimeoutException stalled) {
            broken.add("somebody waits in vain; " + this + "\n" + bus.snapshot() + "\n" + stacks("participant")
                    + stacks("tokenring-"));
        } finally {
            bus.close();
            threads.shutdownNow();
            lent.shutdownNow();
        }
        if (!threads.awaitTermination(PATIENCE.toSeconds(), SECONDS)) {
            broken.add("a thread of the test did not end");
        }
        checkThreads();
        return List.copyOf(broken);
    }

    /** In peace, closing has nothing to wait for; what it would wait for is better shown than counted. */
    private void awaitQuiet() {
        long deadlineNs = System.nanoTime() + PATIENCE.toNanos() / 2;
        while (!isQuiet()) {
            if (System.nanoTime() - deadlineNs > 0) {
                broken.add("something was left:\n" + bus.snapshot());
                return;
            }
            LockSupport.parkNanos(200_000);
        }
    }

    private boolean isQuiet() {
        return bus.snapshot().topics().stream()
                .flatMap(topic -> topic.subscriptions().stream())
                .allMatch(subscription -> subscription.lag() == 0);
    }

    private List<Future<?>> start(List<Participant> participants) {
        List<Future<?>> started = new ArrayList<>();
        for (Participant participant : participants) {
            started.add(threads.submit(() -> {
                try {
                    participant.act();
                } catch (BusClosedException inHaste) {
                    if (inPeace) {
                        throw inHaste;
                    }
                }
                return null;
            }));
        }
        return started;
    }

    private static void await(List<Future<?>> acting) throws Exception {
        for (Future<?> one : acting) {
            one.get(PATIENCE.toSeconds(), SECONDS);
        }
    }

    private void check(CloseReport report) {
        Map<Audience, List<DeadLetter<Note>>> letters = lettersByAudience();
        var sums = new ArrayList<Audience.Sum>();
        long stumbles = 0;
        for (Audience audience : audiences) {
            List<DeadLetter<Note>> ofThisOne = letters.getOrDefault(audience, List.of());
            broken.addAll(audience.check(ofThisOne, inPeace));
            sums.add(audience.sum(ofThisOne, inPeace));
            stumbles += audience.stumbles();
        }
        questions.forEach(question -> broken.addAll(question.check(inPeace)));
        // A handler's stumble is the caller's to hear of, unless the caller has gone.
        errors.removeIf(error -> error.topic().startsWith("service.") && error.cause() instanceof Stumble);
        List<HandlerError> unexpected = errors.stream()
                .filter(error -> !(error.cause() instanceof Stumble))
                .toList();
        if (!unexpected.isEmpty()) {
            broken.add("errors were reported: " + unexpected);
        }
        long reported = errors.size() - unexpected.size();
        if (reported != stumbles) {
            broken.add(stumbles + " stumbles, but " + reported + " were reported");
        }
        checkCounts(report, sums);
    }

    private void checkCounts(CloseReport report, List<Audience.Sum> sums) {
        Audience.Sum sum = sums.stream().reduce(Audience.Sum.NONE, Audience.Sum::plus);
        long counted = sum.ended() + report.abandoned();
        boolean tooMany = counted > sum.perhapsToldToIt() + uncounted.get();
        if (counted < sum.surelyToldToIt() || (tooMany && questions.isEmpty())) {
            broken.add(report + " does not add up: " + sum + ", for nobody " + uncounted + ", of " + sums);
        }
        if (inPeace && report.refused() + report.abandoned() > 0) {
            broken.add(report + " of a bus that was closed in peace");
        }
    }

    private Map<Audience, List<DeadLetter<Note>>> lettersByAudience() {
        var letters = new HashMap<Audience, List<DeadLetter<Note>>>();
        tellers.stream().map(Teller::topic).distinct().forEach(topic -> {
            for (DeadLetter<Note> letter : bus.deadLetters(Topic.of(topic, Note.class))) {
                Audience audience = audienceOf.get(letter.subscription());
                letters.computeIfAbsent(audience, unseen -> new ArrayList<>()).add(letter);
            }
        });
        return letters;
    }

    private void checkThreads() {
        long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
        while (stacks("tokenring-").length() > 0) {
            if (System.nanoTime() - deadlineNs > 0) {
                broken.add("threads of the bus are left:\n" + stacks("tokenring-"));
                return;
            }
            LockSupport.parkNanos(200_000);
        }
    }

    private static String stacks(String ofThreads) {
        var stacks = new StringBuilder();
        Thread.getAllStackTraces().forEach((thread, stack) -> {
            if (thread.getName().startsWith(ofThreads) && thread.isAlive()) {
                stacks.append(thread).append('\n');
                for (StackTraceElement frame : stack) {
                    stacks.append("    ").append(frame).append('\n');
                }
            }
        });
        return stacks.toString();
    }

    @Override
    public String toString() {
        return "a round that ends in " + (inPeace ? "peace" : "haste") + ": " + topics + ", " + telling + ", " + others
                + ", " + audiences + ", " + tellers;
    }
}

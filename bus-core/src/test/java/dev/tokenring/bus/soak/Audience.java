package dev.tokenring.bus.soak;

import dev.tokenring.bus.DeadLetter;
import dev.tokenring.bus.Handler;
import dev.tokenring.bus.MessageContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The other side of the model: one subscription, or all members of a group together. It must be given each note that was
 * told while it was there, and each must come to one end: handled, or a dead letter after the last attempt.
 *
 * <p>What was told while it was there: a note whose publishing began after it had subscribed is, one whose publishing was
 * over before it began to subscribe is not, and of those in between it gets the later ones.
 */
final class Audience implements Handler<Note> {
    /** Which notes have to come in the order in which they were told. */
    enum Order {
        /** Those of a teller, without a gap. */
        OF_TELLER,
        /** Those of a key, each when the one before is done with. */
        OF_KEY,
        /** Those of a teller, but there may be gaps: the audience is told how large. */
        WITH_GAPS,
        NONE
    }

    private final String name;
    private final Predicate<String> topics;
    private final Traits traits;
    private final Supplier<List<Teller>> tellers;
    private final Map<Integer, Integer> toldBefore = new ConcurrentHashMap<>();
    private final Map<Integer, Integer> begunBefore = new ConcurrentHashMap<>();
    private final Map<Long, Integer> attempts = new ConcurrentHashMap<>();
    private final Map<Long, Integer> handled = new ConcurrentHashMap<>();
    private final Map<Long, Integer> lost = new ConcurrentHashMap<>();
    private final Map<Object, Note> last = new ConcurrentHashMap<>();
    private final Map<Object, Note> busy = new ConcurrentHashMap<>();
    private final Queue<String> broken = new ConcurrentLinkedQueue<>();
    private final LongAdder stumbles = new LongAdder();
    private final LongAdder unwanted = new LongAdder();
    private final LongAdder missed = new LongAdder();
    private final AtomicLong highest = new AtomicLong();
    private volatile long maxOvertakers = Long.MAX_VALUE;
    private volatile boolean left;

    /**
     * How an audience listens.
     *
     * @param oneAtATime whether it is given one note after the other, all in all
     * @param unwanted the remainder by three of the numbers that its filter keeps away; -1 for no filter
     * @param maxAttempts how often a note is tried
     * @param batches whether one note can make others fail
     * @param letters whether what is given up becomes a dead letter
     */
    record Traits(Order order, boolean oneAtATime, int unwanted, int maxAttempts, boolean batches, boolean letters) {
        static final Traits PLAIN = new Traits(Order.OF_TELLER, true, -1, 1, false, true);

        boolean wants(int number) {
            return number % 3 != unwanted;
        }
    }

    Audience(String name, Predicate<String> topics, Traits traits, Supplier<List<Teller>> tellers) {
        this.name = name;
        this.topics = topics;
        this.traits = traits;
        this.tellers = tellers;
    }

    String name() {
        return name;
    }

    Order order() {
        return traits.order();
    }

    /** Nothing waits while more than so many that were published later are handled. */
    void isOvertakenByAtMost(long overtakers) {
        maxOvertakers = overtakers;
    }

    private List<Teller> ours() {
        return tellers.get().stream().filter(one -> topics.test(one.topic())).toList();
    }

    // ---- while the bus is open

    /** Subscribes. */
    <S> S begins(Supplier<S> subscribe) {
        ours().forEach(one -> toldBefore.put(one.id(), one.told()));
        S subscription = subscribe.get();
        ours().forEach(one -> begunBefore.put(one.id(), one.begun()));
        return subscription;
    }

    /** Has left: it must be given nothing from now on. */
    void leaves() {
        left = true;
    }

    /** Its filter. */
    boolean wants(Note note) {
        boolean wanted = traits.wants(note.number());
        if (!wanted) {
            unwanted.increment();
        }
        return wanted;
    }

    @Override
    public void handle(Note note, MessageContext context) {
        if (context.attempt() == 1) {
            missed.add(context.missed());
            checkPatience(note, context.sequence());
        }
        enter(note, context.attempt());
        try {
            dawdle(note);
            if (context.attempt() <= note.failures()) {
                stumbles(note, context.attempt());
                throw new Stumble();
            }
            handled.merge(note.id(), 1, Integer::sum);
        } finally {
            busy.remove(line(note));
        }
    }

    /** Handles notes together, and stumbles over all if it stumbles over one. */
    void handleBatch(List<Note> notes, MessageContext context) {
        notes.forEach(note -> {
            enter(note, context.attempt());
            busy.remove(line(note));
        });
        if (notes.stream().anyMatch(note -> context.attempt() <= note.failures())) {
            notes.forEach(note -> stumbles(note, context.attempt()));
            throw new Stumble();
        }
        notes.forEach(note -> handled.merge(note.id(), 1, Integer::sum));
    }

    /** Takes a note from a poller or a stream, over which nobody stumbles. */
    void takes(Note note, long missedBefore) {
        missed.add(missedBefore);
        enter(note, 1);
        handled.merge(note.id(), 1, Integer::sum);
        busy.remove(line(note));
    }

    private void enter(Note note, int attempt) {
        if (left) {
            breaks(note + " came after the end");
        }
        if (!traits.wants(note.number())) {
            breaks(note + " came, and the filter does not want it");
        }
        int expected = note.mended() ? 1 : attempts.merge(note.id(), 1, Integer::sum);
        if (attempt != expected || attempt > traits.maxAttempts()) {
            breaks(note + " came as attempt " + attempt + " of " + traits.maxAttempts() + ", expected " + expected);
        }
        boolean alone = traits.oneAtATime() || traits.order() == Order.OF_KEY;
        Note other = alone ? busy.put(line(note), note) : null;
        if (other != null) {
            breaks(note + " came while " + other + " was being handled");
        }
        if (!note.mended() && traits.order() != Order.NONE) {
            checkOrder(note, attempt);
        }
    }

    private void checkPatience(Note note, long sequence) {
        long overtakers = highest.accumulateAndGet(sequence, Math::max) - sequence;
        if (!note.mended() && overtakers > maxOvertakers) {
            breaks(note + " was overtaken by " + overtakers + " others, at most " + maxOvertakers + " may");
        }
    }

    private void checkOrder(Note note, int attempt) {
        boolean keyed = traits.order() == Order.OF_KEY;
        if (attempt > 1 && !keyed) {
            return; // nobody waits for those who stumbled
        }
        Note before = last.put(keyed ? note.teller() + " key " + note.key() : note.teller(), note);
        if (before == null) {
            return;
        }
        int from = attempt > 1 ? before.number() : before.number() + 1;
        if (note.number() < from) {
            breaks(note + " came after " + before);
        }
        if (traits.order() == Order.OF_TELLER) {
            for (int between = from; between < note.number(); between++) {
                if (traits.wants(between)) {
                    breaks(note + " came after " + before + ": skipped " + between);
                }
            }
        }
    }

    private Object line(Note note) {
        return traits.order() == Order.OF_KEY && !traits.oneAtATime() ? note.teller() + " key " + note.key() : this;
    }

    private void stumbles(Note note, int attempt) {
        stumbles.increment();
        if (attempt == traits.maxAttempts() && !traits.letters()) {
            lost.merge(note.id(), 1, Integer::sum);
        }
    }

    private void breaks(String what) {
        broken.add(this + ": " + what);
    }

    private static void dawdle(Note note) {
        if (note.number() % 67 == 0) {
            LockSupport.parkNanos(50_000);
        } else if (note.number() % 13 == 0) {
            Thread.yield();
        }
    }

    // ---- when the bus is closed

    /** What became of the notes that an audience was there for. */
    record Sum(String who, long surelyToldToIt, long perhapsToldToIt, long ended) {
        static final Sum NONE = new Sum("all", 0, 0, 0);

        Sum plus(Sum other) {
            return new Sum(
                    who,
                    surelyToldToIt + other.surelyToldToIt,
                    perhapsToldToIt + other.perhapsToldToIt,
                    ended + other.ended);
        }
    }

    long stumbles() {
        return stumbles.sum();
    }

    /**
     * Compares what it was given with what was told.
     *
     * @param letters the dead letters of its subscriptions
     * @param inPeace whether the bus was closed without haste, so that all must have come to its end
     */
    List<String> check(List<DeadLetter<Note>> letters, boolean inPeace) {
        Map<Long, DeadLetter<Note>> letterOf = new HashMap<>();
        for (DeadLetter<Note> letter : letters) {
            if (letterOf.put(letter.message().id(), letter) != null) {
                breaks(letter.message() + " is in two dead letters");
            }
            checkLetter(letter, inPeace);
        }
        for (Teller teller : ours()) {
            int from = toldBefore.getOrDefault(teller.id(), 0);
            int surelyFrom = begunBefore.getOrDefault(teller.id(), 0);
            for (int number = 0; number < teller.begun(); number++) {
                Note note = Note.of(teller.id(), number);
                int ends = handled.getOrDefault(note.id(), 0)
                        + lost.getOrDefault(note.id(), 0)
                        + (letterOf.containsKey(note.id()) ? 1 : 0);
                boolean told = number >= from && number < teller.told();
                boolean seen = attempts.containsKey(note.id());
                boolean due = inPeace && (seen || (!left && number >= surelyFrom && traits.wants(number)));
                boolean mustEnd = due && told && (seen || traits.order() != Order.WITH_GAPS);
                if (ends > 1 || (ends > 0 && !told) || (mustEnd && ends == 0)) {
                    breaks(note + " ended " + ends + " times: handled " + handled.getOrDefault(note.id(), 0)
                            + " times after " + attempts.getOrDefault(note.id(), 0) + " attempts, dead letter "
                            + letterOf.get(note.id()) + "; " + teller + " told it the notes from " + from + " or "
                            + surelyFrom + " to " + teller.told());
                }
            }
        }
        if (traits.order() == Order.WITH_GAPS && inPeace && !left) {
            Sum sum = sum(letters, inPeace);
            if (sum.ended() < sum.surelyToldToIt() || sum.ended() > sum.perhapsToldToIt()) {
                breaks("received and missed, in all " + missed + ", don't add up: " + sum);
            }
        }
        return List.copyOf(broken);
    }

    private void checkLetter(DeadLetter<Note> letter, boolean inPeace) {
        Note note = letter.message();
        boolean hopeless = note.failures() >= traits.maxAttempts() || traits.batches();
        if (inPeace && !left && (!hopeless || letter.attempts() != traits.maxAttempts())) {
            breaks(note + " was given up too early, " + note.failures() + " failures and " + traits.maxAttempts()
                    + " attempts: " + letter);
        }
    }

    /** How many notes it was to be given and how many came to their end, if it was there at the end. */
    Sum sum(List<DeadLetter<Note>> letters, boolean inPeace) {
        if (left) {
            return Sum.NONE;
        }
        long surely = 0;
        long perhaps = 0;
        for (Teller teller : ours()) {
            int told = teller.told();
            surely += Math.max(0, told - begunBefore.getOrDefault(teller.id(), 0));
            perhaps += Math.max(0, told - toldBefore.getOrDefault(teller.id(), 0));
        }
        long givenUp = letters.stream()
                .filter(letter -> !letter.message().mended() && letter.attempts() == traits.maxAttempts())
                .filter(letter -> letter.lastError() instanceof Stumble)
                .count();
        long ended = handled.size() + lost.size() + givenUp + unwanted.sum() + missed.sum();
        // In haste, nobody is told how many were missed after the last that was received.
        boolean mayHaveMissedMore = traits.order() == Order.WITH_GAPS && !inPeace;
        return new Sum(name, mayHaveMissedMore ? Math.min(surely, ended) : surely, perhaps, ended);
    }

    @Override
    public String toString() {
        return name + (left ? " (left) " : " ") + traits;
    }
}

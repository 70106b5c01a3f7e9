package dev.tokenring.bus.soak;

import dev.tokenring.bus.Gather;
import dev.tokenring.bus.Headers;
import dev.tokenring.bus.RequestException;
import dev.tokenring.bus.Service;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;

/** Asks a service in all ways there are, and cancels some of what it has asked. */
final class Asking implements Participant {
    private static final int STEPS = 120;
    private static final Gather[] HOW = {Gather.first(), Gather.all(), Gather.atLeast(2), Gather.whateverComes()};

    private record Asked(Question question, Runnable cancel) {}

    private final Round round;
    private final Service<Question, Long> service;
    private final Map<String, AtomicInteger> starts;
    private final SplittableRandom random;
    private final List<Asked> asked = new ArrayList<>();

    Asking(Round round, Service<Question, Long> service, Map<String, AtomicInteger> starts, SplittableRandom random) {
        this.round = round;
        this.service = service;
        this.starts = starts;
        this.random = random;
    }

    @Override
    public void act() {
        for (int i = 0; i < STEPS; i++) {
            boolean hurried = random.nextInt(4) == 0;
            Duration timeout = hurried ? Duration.ofNanos(1 + random.nextInt(300_000)) : Round.PATIENCE.multipliedBy(2);
            switch (random.nextInt(8)) {
                case 0, 1 -> cancel();
                case 2 -> gather(hurried, timeout);
                case 3 -> stream(timeout, hurried);
                case 4 -> takeParts(hurried, timeout);
                case 5 -> askSpinning(hurried, timeout);
                default -> ask(hurried, timeout);
            }
            if (random.nextInt(4) == 0) {
                Round.pause(random);
            }
        }
    }

    private Question newQuestion(boolean hurried, boolean ofAll) {
        var question = new Question(1 + random.nextInt(random.nextInt(10) == 0 ? 600 : 20), hurried, ofAll);
        round.questions.add(question);
        return question;
    }

    private void ask(boolean hurried, Duration timeout) {
        Question question = newQuestion(hurried, false);
        boolean byHeaders = hurried && random.nextBoolean();
        Headers urgency = Headers.NONE.withPriority(random.nextInt(3));
        CompletableFuture<Long> reply = byHeaders
                ? round.bus.request(
                        service, question, urgency.withDeadline(Instant.now().plus(timeout)), Round.PATIENCE)
                : round.bus.request(service, question, urgency, timeout);
        remember(question, reply);
    }

    private void gather(boolean hurried, Duration timeout) {
        Question question = newQuestion(hurried, true);
        remember(question, round.bus.gather(service, question, HOW[random.nextInt(HOW.length)], timeout));
    }

    private void remember(Question question, CompletableFuture<?> reply) {
        asked.add(new Asked(question, () -> {
            if (reply.cancel(true)) {
                question.cancelled(Serving.startsSoFar(starts));
            }
        }));
        reply.whenComplete(question::ends);
    }

    private void askSpinning(boolean hurried, Duration timeout) {
        Question question = newQuestion(hurried, false);
        try {
            question.ends(round.bus.requestSpinning(service, question, timeout), null);
        } catch (RequestException failure) {
            question.ends(null, failure);
        }
    }

    private void takeParts(boolean hurried, Duration timeout) {
        Question question = newQuestion(hurried, false);
        var sum = new long[1];
        round.bus.stream(service, question, timeout, part -> sum[0] += part).whenComplete((nothing, failure) -> {
            Throwable cause = failure instanceof CompletionException wrapper ? wrapper.getCause() : failure;
            question.ends(sum[0], cause);
        });
    }

    private void stream(Duration timeout, boolean hurried) {
        Question question = newQuestion(hurried, false);
        var reader = new PartsReader(question, random.split());
        round.bus.stream(service, question, Headers.NONE, timeout).subscribe(reader);
        asked.add(new Asked(question, reader::cancel));
    }

    private void cancel() {
        if (!asked.isEmpty()) {
            Asked one = asked.get(random.nextInt(asked.size()));
            if (!one.question().isCancelled()) {
                one.cancel().run();
            }
        }
    }

    /** Asks for a few parts at a time, which must come one by one, and not before; or the whole as one part. */
    private final class PartsReader implements Flow.Subscriber<Long> {
        private final Question question;
        private final SplittableRandom random;
        private Flow.Subscription stream;
        private long next;
        private long sum;
        private long open;
        private boolean over;

        PartsReader(Question question, SplittableRandom random) {
            this.question = question;
            this.random = random;
        }

        private void ask() {
            int more = 1 + random.nextInt(random.nextBoolean() ? 3 : 300);
            open += more;
            stream.request(more);
        }

        void cancel() {
            question.cancelled(Map.of());
            stream.cancel();
            question.cancelled(Serving.startsSoFar(starts));
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            stream = given;
            ask();
        }

        @Override
        public void onNext(Long part) {
            boolean isWhole = next == 0 && part == question.answer();
            if ((part != next && !isWhole) || over || --open < 0) {
                question.breaks("part " + part + " came as number " + next + (over ? " after the end" : ""));
            }
            next++;
            sum += part;
            if (open == 0) {
                ask();
            }
        }

        @Override
        public void onError(Throwable failure) {
            over = true;
            question.ends(null, failure);
        }

        @Override
        public void onComplete() {
            over = true;
            question.ends(sum, null);
        }
    }

    @Override
    public String toString() {
        return "Asking[" + service.name() + "]";
    }
}

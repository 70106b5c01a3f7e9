package dev.tokenring.bus.soak;

import dev.tokenring.bus.AsyncReplies;
import dev.tokenring.bus.Replies;
import dev.tokenring.bus.RequestContext;
import dev.tokenring.bus.Service;
import dev.tokenring.bus.Subscription;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** Serves a service with up to three handlers, of all kinds, which come, are replaced, and go. */
final class Serving implements Participant {
    private static final int STEPS = 25;
    private static final String[] NAMES = {"tom", "dick", "harry"};

    private final Round round;
    private final Service<Question, Long> service;
    private final SplittableRandom random;
    private final Map<String, Subscription> present = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> starts;

    Serving(Round round, Service<Question, Long> service, Map<String, AtomicInteger> starts, SplittableRandom random) {
        this.round = round;
        this.service = service;
        this.starts = starts;
        this.random = random;
        for (String name : NAMES) {
            starts.put(name, new AtomicInteger());
        }
    }

    /** How many requests each handler has started. */
    static Map<String, Integer> startsSoFar(Map<String, AtomicInteger> starts) {
        return starts.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue()
                .get()));
    }

    @Override
    public void act() {
        for (int i = 0; i < STEPS; i++) {
            String name = NAMES[random.nextInt(NAMES.length)];
            if (!present.containsKey(name)) {
                present.put(name, serve(name));
            } else if (random.nextInt(3) == 0) {
                present.remove(name).close();
            } else {
                round.bus.replace(service, name, (question, context) -> answer(name, question, context));
            }
            Round.pause(random);
        }
    }

    private Subscription serve(String name) {
        return switch (random.nextInt(3)) {
            case 0 -> round.bus.serve(service, name, (question, context) -> answer(name, question, context));
            case 1 -> round.bus.serveStream(service, name, (question, replies) -> send(name, question, replies));
            default ->
                round.bus.serveAsync(service, name, (question, replies) -> {
                    begin(name, question, replies);
                    round.alongside(() -> sendLater(question, replies));
                });
        };
    }

    private void begin(String name, Question question, RequestContext context) {
        question.starts(name, starts.get(name).incrementAndGet());
        context.onCancel(question::cancelAction);
    }

    private long answer(String name, Question question, RequestContext context) {
        begin(name, question, context);
        if (question.isStumblingBlock()) {
            throw new Stumble();
        }
        return question.answer();
    }

    private void send(String name, Question question, Replies<Long> replies) throws InterruptedException {
        begin(name, question, replies);
        sendParts(question, replies);
        if (question.isStumblingBlock()) {
            throw new Stumble();
        }
    }

    private static void sendLater(Question question, AsyncReplies<Long> replies) {
        try {
            sendParts(question, replies);
            if (question.isStumblingBlock()) {
                replies.fail(new Stumble());
            } else {
                replies.complete();
            }
        } catch (InterruptedException closing) {
            replies.fail(closing);
        }
    }

    private static void sendParts(Question question, Replies<Long> replies) throws InterruptedException {
        boolean wanted = true;
        for (long part = 0; part < question.number() && wanted; part++) {
            wanted = replies.send(part);
        }
    }

    @Override
    public String toString() {
        return "Serving[" + service.name() + ", " + service.capacity() + ", " + present + "]";
    }
}

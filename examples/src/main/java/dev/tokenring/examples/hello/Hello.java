package dev.tokenring.examples.hello;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.Service;
import dev.tokenring.bus.Topic;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;

/** Publishes, subscribes, asks, and reads a stream, on one bus. */
@Command(
        name = "hello",
        mixinStandardHelpOptions = true,
        description = "Publishes, subscribes, asks, and reads a stream, on one bus.")
public final class Hello implements Callable<Integer> {
    record Greeting(String from, String text) {}

    record Question(String text) {}

    record Word(String text) {}

    static final Topic<Greeting> GREETINGS = Topic.of("hello.greetings", Greeting.class);

    static final Service<Question, Word> ORACLE = Service.of("hello.oracle", Question.class, Word.class)
            .withMerge((one, next) -> new Word(one.text() + " " + next.text()));

    /** Makes the example. */
    public Hello() {}

    @Override
    public Integer call() {
        try (Bus bus = Bus.open()) {
            // Every subscription gets every message, on a thread of its own.
            bus.subscribe(GREETINGS, "ear", (greeting, context) -> say(greeting.from() + " says " + greeting.text()));
            bus.subscribe(GREETINGS, "counter", (greeting, context) -> say("that was number " + context.sequence()));
            bus.publish(GREETINGS, new Greeting("Ada", "hello"));
            bus.publish(GREETINGS, new Greeting("Grace", "good morning"));

            // A service answers word by word.
            bus.serveStream(ORACLE, (question, replies) -> {
                for (String word : List.of("you", "asked:", question.text())) {
                    if (!replies.send(new Word(word))) {
                        return; // the caller has gone
                    }
                }
            });

            // Who wants one reply gets the words put together;
            Duration patience = Duration.ofSeconds(5);
            CompletableFuture<Word> whole = bus.request(ORACLE, new Question("what is a ring?"), patience);
            say("whole: " + whole.join().text());

            // who wants a stream gets them as they come.
            bus.stream(ORACLE, new Question("and a slot?"), patience, word -> say("word: " + word.text()))
                    .join();
        } // Closing waits for what was published.
        return 0;
    }

    private static void say(String text) {
        System.out.println(Thread.currentThread().getName() + ": " + text);
    }
}

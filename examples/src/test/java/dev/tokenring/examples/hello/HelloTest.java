package dev.tokenring.examples.hello;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HelloTest {
    @Test
    void everythingIsSaidOnTheThreadItIsSaidOn() {
        var printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            assertThat(new Hello().call()).isZero();
        } finally {
            System.setOut(before);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8).lines())
                .contains(
                        "tokenring-hello.greetings-ear: Ada says hello",
                        "tokenring-hello.greetings-ear: Grace says good morning",
                        "tokenring-hello.greetings-counter: that was number 0",
                        "tokenring-hello.greetings-counter: that was number 1",
                        Thread.currentThread().getName() + ": whole: you asked: what is a ring?",
                        "tokenring-hello.oracle-service: word: and a slot?")
                .hasSize(8);
    }
}

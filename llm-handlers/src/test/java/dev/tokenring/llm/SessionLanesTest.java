package dev.tokenring.llm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is to be done for a session is done in its order, and nothing is left behind. */
class SessionLanesTest {
    private final SessionLanes lanes = new SessionLanes();

    private void awaitNothingToDo() {
        while (lanes.busySessions() > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void theNextBeginsWhenTheLastIsDoneAndNotBefore() throws Exception {
        var begun = new LinkedBlockingQueue<Runnable>();
        lanes.begin("a", begun::add);
        lanes.begin("a", begun::add);
        lanes.begin("b", begun::add);

        Runnable one = begun.poll(30, TimeUnit.SECONDS);
        Runnable other = begun.poll(30, TimeUnit.SECONDS);
        assertThat(begun).as("the first of each session").isEmpty();
        assertThat(lanes.busySessions()).isEqualTo(2);

        one.run();
        other.run();
        begun.poll(30, TimeUnit.SECONDS).run();
        awaitNothingToDo();
    }

    @Test
    void workOfManyThreadsIsDoneInTheOrderOfEachSession() throws Exception {
        var random = new Random(5);
        List<ConcurrentLinkedQueue<Integer>> done = new ArrayList<>();
        for (int session = 0; session < 20; session++) {
            done.add(new ConcurrentLinkedQueue<>());
        }
        var all = new CountDownLatch(20 * 100);
        var callers = new ArrayList<CompletableFuture<Void>>();
        for (int session = 0; session < 20; session++) {
            int own = session;
            boolean later = random.nextBoolean();
            callers.add(CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 100; i++) {
                    int number = i;
                    lanes.begin("s" + own, ended -> {
                        done.get(own).add(number);
                        all.countDown();
                        if (later) {
                            lanes.goOn(ended);
                        } else {
                            ended.run();
                        }
                    });
                }
            }));
        }
        CompletableFuture.allOf(callers.toArray(CompletableFuture[]::new)).join();
        assertThat(all.await(30, TimeUnit.SECONDS)).isTrue();
        done.forEach(numbers -> assertThat(List.copyOf(numbers)).hasSize(100).isSorted());
        awaitNothingToDo();
    }
}

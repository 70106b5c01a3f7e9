package dev.tokenring.bus;

import dev.tokenring.bus.thread.BusThread;
import java.lang.reflect.Method;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;

/** Virtual threads where the JVM has them, from 21 on, and pooled threads where it has not. */
final class VirtualThreads {
    private VirtualThreads() {}

    static ExecutorService newExecutor(Object bus, String namePrefix) {
        try {
            // Thread.ofVirtual().name(prefix, 0).factory(), which a class file for 17 can't call
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            Class<?> type = Class.forName("java.lang.Thread$Builder");
            Method name = type.getMethod("name", String.class, long.class);
            ThreadFactory factory =
                    (ThreadFactory) type.getMethod("factory").invoke(name.invoke(builder, namePrefix, 0L));
            return (ExecutorService) Executors.class
                    .getMethod("newThreadPerTaskExecutor", ThreadFactory.class)
                    .invoke(null, factory);
        } catch (ReflectiveOperationException before21) {
            var number = new AtomicLong();
            return Executors.newCachedThreadPool(
                    work -> new BusThread(bus, namePrefix + number.getAndIncrement(), work));
        }
    }
}

package dev.tokenring.benchmarks.peer;

import io.aeron.Aeron;
import io.aeron.CommonContext;
import io.aeron.Image;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.BufferClaim;
import io.aeron.logbuffer.FragmentHandler;
import java.util.Arrays;
import org.agrona.BitUtil;
import org.agrona.concurrent.AgentInvoker;
import org.jspecify.annotations.Nullable;

/**
 * Aeron's IPC channel. A message crosses as bytes: its value, written into a claimed part of the log without a copy. The
 * handler's side looks up in a table which message that value stands for, so that it costs no object each time.
 *
 * <p>The media driver is embedded, and has no thread ({@link ThreadingMode#INVOKER}): the handler's thread runs its duty
 * cycle and the client's, then polls, and yields when there is nothing. <a
 * href="https://github.com/real-logic/aeron/wiki/Thread-Utilisation">Aeron's wiki</a> recommends that for a service that
 * contains Aeron on a machine of few cores, and threads of the driver's own only where each has a core that is free. The
 * log is as long as is needed for {@value Lane#CAPACITY} messages on their way, of 64 bytes each with their headers, and
 * stays in the cache; its files are in memory ({@code /dev/shm}), where there is such a place.
 */
final class AeronLane implements Lane {
    private static final int STREAM = 1;
    private static final int FRAME_SIZE_BYTES = 64;

    /** Half of a term may be on its way. */
    private static final int TERM_SIZE_BYTES = 2 * CAPACITY * FRAME_SIZE_BYTES;

    private static final int POLL_LIMIT = CAPACITY / 4;

    private final MediaDriver driver = MediaDriver.launchEmbedded(new MediaDriver.Context()
            .dirDeleteOnShutdown(true)
            .threadingMode(ThreadingMode.INVOKER)
            .ipcTermBufferLength(TERM_SIZE_BYTES));
    private final Aeron client = Aeron.connect(new Aeron.Context()
            .aeronDirectoryName(driver.aeronDirectoryName())
            .useConductorAgentInvoker(true)
            .driverAgentInvoker(driver.sharedAgentInvoker()));
    private final Publication publication = client.addPublication(CommonContext.IPC_CHANNEL, STREAM);
    private final ThreadLocal<BufferClaim> claims = ThreadLocal.withInitial(BufferClaim::new);
    private final HandlerThread handler;

    AeronLane(Receiver receiver) {
        AgentInvoker driverCycle = driver.sharedAgentInvoker();
        AgentInvoker clientCycle = client.conductorAgentInvoker();
        Subscription subscription = client.addSubscription(CommonContext.IPC_CHANNEL, STREAM);
        while (!subscription.isConnected() || !publication.isConnected()) {
            driverCycle.invoke();
            clientCycle.invoke();
        }
        Image image = subscription.imageAtIndex(0);
        var table = new Table();
        FragmentHandler handing =
                (buffer, offset, length, header) -> receiver.receive(table.message(buffer.getLong(offset)));
        handler = new HandlerThread(() -> {
            driverCycle.invoke();
            clientCycle.invoke();
            if (image.poll(handing, POLL_LIMIT) == 0) {
                Thread.yield();
            }
        });
    }

    /** The message that each value stands for; made when the value is first seen. For one thread. */
    private static final class Table {
        private @Nullable Message[] messages = new Message[CAPACITY];

        Message message(long value) {
            int index = Math.toIntExact(value);
            if (index >= messages.length) {
                messages = Arrays.copyOf(messages, Math.max(index + 1, 2 * messages.length));
            }
            Message message = messages[index];
            if (message == null) {
                message = new Message(value);
                messages[index] = message;
            }
            return message;
        }
    }

    @Override
    public void publish(Message message) {
        BufferClaim claim = claims.get();
        long position = publication.tryClaim(BitUtil.SIZE_OF_LONG, claim);
        while (position < 0) {
            if (position != Publication.BACK_PRESSURED && position != Publication.ADMIN_ACTION) {
                throw new IllegalStateException("Aeron refused a message: " + Publication.errorString(position));
            }
            Thread.yield();
            position = publication.tryClaim(BitUtil.SIZE_OF_LONG, claim);
        }
        claim.buffer().putLong(claim.offset(), message.value());
        claim.commit();
    }

    @Override
    public void close() {
        handler.close();
        client.close();
        driver.close();
    }
}

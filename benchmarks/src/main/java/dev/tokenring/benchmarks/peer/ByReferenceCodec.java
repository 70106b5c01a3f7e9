package dev.tokenring.benchmarks.peer;

import dev.tokenring.benchmarks.peer.Lane.Message;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;

/** Has Vert.x hand a message to a local consumer as it is, which an immutable one allows. */
final class ByReferenceCodec implements MessageCodec<Message, Message> {
    @Override
    public Message transform(Message message) {
        return message;
    }

    @Override
    public void encodeToWire(Buffer buffer, Message message) {
        throw new UnsupportedOperationException("messages stay in this JVM");
    }

    @Override
    public Message decodeFromWire(int position, Buffer buffer) {
        throw new UnsupportedOperationException("messages stay in this JVM");
    }

    @Override
    public String name() {
        return "by-reference";
    }

    @Override
    public byte systemCodecID() {
        return -1; // what Vert.x asks of every codec that is not its own
    }
}

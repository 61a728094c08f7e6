package dev.weir.router.dataplane;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Messages as bytes: read once into an array of their size, written from it without another copy of
 * ours.
 */
enum RawMarshaller implements MethodDescriptor.Marshaller<RawMessage> {
  INSTANCE;

  @Override
  public RawMessage parse(InputStream stream) {
    try {
      if (stream instanceof RawStream raw) {
        return raw.message();
      }
      return RawMessage.of(readWhole(stream));
    } catch (IOException e) {
      throw Status.INTERNAL
          .withDescription("message cannot be read")
          .withCause(e)
          .asRuntimeException();
    }
  }

  /** In one piece where the length is known: readAllBytes collects chunks and copies them. */
  private static byte[] readWhole(InputStream stream) throws IOException {
    if (!(stream instanceof KnownLength)) {
      // a compressed message
      return stream.readAllBytes();
    }
    var body = new byte[stream.available()];
    int read = stream.readNBytes(body, 0, body.length);
    if (read != body.length || stream.read() >= 0) {
      throw new IOException("a message of " + body.length + " bytes has another length");
    }
    return body;
  }

  @Override
  public InputStream stream(RawMessage message) {
    return new RawStream(message);
  }

  private static final class RawStream extends InputStream implements KnownLength, Drainable {
    private final RawMessage message;
    private int at;

    RawStream(RawMessage message) {
      this.message = message;
    }

    RawMessage message() {
      return message;
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      int drained = available();
      int bodyLength = message.body().length;
      if (at < bodyLength) {
        target.write(message.body(), at, bodyLength - at);
        at = bodyLength;
      }
      if (at < message.length()) {
        target.write(message.suffix(), at - bodyLength, message.length() - at);
        at = message.length();
      }
      return drained;
    }

    @Override
    public int available() {
      return message.length() - at;
    }

    @Override
    public int read() {
      if (at == message.length()) {
        return -1;
      }
      int bodyLength = message.body().length;
      byte next = at < bodyLength ? message.body()[at] : message.suffix()[at - bodyLength];
      at++;
      return next & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (length == 0) {
        return 0;
      }
      if (at == message.length()) {
        return -1;
      }
      int bodyLength = message.body().length;
      byte[] source = at < bodyLength ? message.body() : message.suffix();
      int from = at < bodyLength ? at : at - bodyLength;
      int count = Math.min(length, source.length - from);
      System.arraycopy(source, from, target, offset, count);
      at += count;
      return count;
    }
  }
}

package dev.weir.router.oracle;

import dev.weir.platform.discovery.Instance;
import dev.weir.platform.grpc.HostAndPort;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A worker that does what a request's script says, and tells in its trailers what came to it: a
 * digest of the message and of the metadata.
 */
final class ScriptedWorker implements AutoCloseable {
  static final String ID = "worker-1";
  private static final Metadata.Key<String> CAME =
      Metadata.Key.of("x-came", Metadata.ASCII_STRING_MARSHALLER);
  private static final long LATER_MILLIS = 5;

  private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
  private final AtomicInteger open = new AtomicInteger();
  private final Server server;

  ScriptedWorker() {
    var inference =
        ServerServiceDefinition.builder(Objects.requireNonNull(RawInfer.METHOD.getServiceName()))
            .addMethod(
                // as a stream, or grpc-java would not let it answer twice or never
                RawInfer.METHOD.toBuilder()
                    .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                    .build(),
                this::start)
            .build();
    try {
      server =
          NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
              .maxInboundMessageSize(16 << 20)
              .maxInboundMetadataSize(64 << 10)
              .addService(inference)
              .addService(new ReadyWorker(later, ID, "m"))
              .build()
              .start();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  Instance instance() {
    return new Instance(
        "model-worker", ID, new HostAndPort("127.0.0.1", server.getPort()), Map.of());
  }

  /** Calls that neither were answered nor cancelled. */
  int open() {
    return open.get();
  }

  private ServerCall.Listener<byte[]> start(ServerCall<byte[], byte[]> call, Metadata headers) {
    open.incrementAndGet();
    Script script = Script.of(Long.parseLong(Objects.requireNonNull(headers.get(Script.SEED))));
    if (script.act() == Script.Act.FAIL_EARLY) {
      call.close(script.status(), script.answerTrailers());
    } else {
      call.request(2);
    }
    return new Listener(call, script, headers);
  }

  private final class Listener extends ServerCall.Listener<byte[]> {
    private final ServerCall<byte[], byte[]> call;
    private final Script script;
    private final Metadata headers;
    private byte[] body = {};
    private int messages;

    Listener(ServerCall<byte[], byte[]> call, Script script, Metadata headers) {
      this.call = call;
      this.script = script;
      this.headers = headers;
    }

    @Override
    public void onMessage(byte[] message) {
      messages++;
      body = message;
    }

    @Override
    public void onHalfClose() {
      switch (script.act()) {
        case ANSWER, NO_ANSWER, TWO_ANSWERS, FAIL_AFTER_ANSWER, FAIL_AFTER_HEADERS, FAIL -> act();
        case ANSWER_LATER -> later.schedule(this::act, LATER_MILLIS, TimeUnit.MILLISECONDS);
        case CLIENT_CANCELS, CLIENT_DEADLINE, FAIL_EARLY -> {}
      }
    }

    private void act() {
      if (script.workerGzip()) {
        call.setCompression("gzip");
      }
      if (script.act() != Script.Act.FAIL) {
        call.sendHeaders(script.answerHeaders());
      }
      int answers =
          switch (script.act()) {
            case ANSWER, ANSWER_LATER, FAIL_AFTER_ANSWER -> 1;
            case TWO_ANSWERS -> 2;
            default -> 0;
          };
      for (int i = 0; i < answers; i++) {
        call.sendMessage(script.answer());
      }
      Metadata trailers = script.answerTrailers();
      trailers.put(CAME, messages + " " + digest(body) + " " + Observed.text(headers));
      boolean fails =
          switch (script.act()) {
            case FAIL, FAIL_AFTER_ANSWER, FAIL_AFTER_HEADERS -> true;
            default -> false;
          };
      call.close(fails ? script.status() : Status.OK, trailers);
    }

    @Override
    public void onCancel() {
      open.decrementAndGet();
    }

    @Override
    public void onComplete() {
      open.decrementAndGet();
    }
  }

  static String digest(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return bytes.length + ":" + HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    later.shutdownNow();
    server.shutdownNow();
  }
}

package dev.weir.router.oracle;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What a client saw of a call.
 *
 * @param messages digests
 * @param headers all values of all names, sorted; empty when none came
 */
record Observed(
    Status.Code code, String description, List<String> messages, String headers, String trailers) {
  static final long CANCEL_AFTER_MILLIS = 8;
  static final long DEADLINE_MILLIS = 40;

  /** Differ from call to call, or belong to one connection. */
  private static final Set<String> NOT_COMPARED =
      Set.of(
          "weir-request-id",
          "traceparent",
          "weir-assignment-bin",
          "grpc-timeout",
          "grpc-encoding",
          "grpc-accept-encoding",
          "content-type",
          "user-agent");

  static String text(Metadata metadata) {
    var text = new StringBuilder();
    for (String name : new TreeSet<>(metadata.keys())) {
      if (NOT_COMPARED.contains(name)) {
        continue;
      }
      if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
        for (byte[] value :
            metadata.getAll(Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER))) {
          text.append(name).append('=').append(HexFormat.of().formatHex(value)).append("; ");
        }
      } else {
        for (String value :
            metadata.getAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER))) {
          text.append(name).append('=').append(value).append("; ");
        }
      }
    }
    return text.toString();
  }

  /** Makes a script's call. */
  static CompletableFuture<Observed> call(Channel channel, Script script) {
    CallOptions options = CallOptions.DEFAULT;
    if (script.clientGzip()) {
      options = options.withCompression("gzip");
    }
    if (script.act() == Script.Act.CLIENT_DEADLINE) {
      options = options.withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS);
    }
    ClientCall<byte[], byte[]> call = channel.newCall(RawInfer.METHOD, options);
    var seen = new Listener();
    call.start(seen, script.requestMetadata());
    call.request(3);
    call.sendMessage(script.request());
    call.halfClose();
    if (script.act() == Script.Act.CLIENT_CANCELS) {
      CompletableFuture.delayedExecutor(CANCEL_AFTER_MILLIS, TimeUnit.MILLISECONDS)
          .execute(() -> call.cancel("no longer wanted", null));
    }
    return seen.result;
  }

  private static final class Listener extends ClientCall.Listener<byte[]> {
    private final CompletableFuture<Observed> result = new CompletableFuture<>();
    private final List<String> messages = new ArrayList<>();
    private String headers = "";

    @Override
    public void onHeaders(Metadata received) {
      headers = text(received);
    }

    @Override
    public void onMessage(byte[] message) {
      messages.add(ScriptedWorker.digest(message));
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      result.complete(
          new Observed(
              status.getCode(),
              String.valueOf(status.getDescription()),
              messages,
              headers,
              text(trailers)));
    }
  }
}

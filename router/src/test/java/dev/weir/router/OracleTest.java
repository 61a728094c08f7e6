package dev.weir.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.weir.proto.inference.InferParameter;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.router.dataplane.OracleService;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The relay against the call-level path on grpc-java, over the same routes and workers: random
 * calls through both bring the same bytes, statuses, messages and metadata. {@code
 * -Dweir.oracle.calls=N} makes it longer, {@code -Dweir.seed=N} repeats a run.
 */
class OracleTest {
  private static final long SEED = Long.getLong("weir.seed", System.nanoTime());
  private static final int CALLS = Integer.getInteger("weir.oracle.calls", 1_000);
  private static final int CLIENTS = 4;
  private static final int LARGEST = 1 << 20;
  private static final Metadata.Key<String> TEXT =
      Metadata.Key.of("said-by-worker", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<byte[]> BYTES =
      Metadata.Key.of("said-by-worker-bin", Metadata.BINARY_BYTE_MARSHALLER);

  @TempDir Path data;
  private Mesh mesh;
  private Server oracle;
  private final List<ManagedChannel> channels = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    Snapshot snapshot = Snapshots.of(1, Snapshots.single("fraud", "1"));
    mesh = new Mesh(data, snapshot, "fraud/1", "fraud/1");
    mesh.workers.forEach(w -> w.behaviour = OracleTest::behave);
    oracle =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .directExecutor()
            .maxInboundMessageSize(64 << 20)
            .addService(OracleService.of(mesh.router.listening.exchanges()))
            .build()
            .start();
  }

  @AfterEach
  void stop() {
    channels.forEach(ManagedChannel::shutdownNow);
    oracle.shutdownNow();
    mesh.close();
  }

  /** What the worker does is written in the request's parameters. */
  private static void behave(ModelInferRequest request, StreamObserver<ModelInferResponse> answer) {
    long code = request.getParametersOrThrow("code").getInt64Param();
    if (code == 0) {
      FakeWorker.echo(request, answer);
    } else if (code > 0) {
      var trailers = new Metadata();
      trailers.put(TEXT, "code " + code);
      trailers.put(BYTES, new byte[] {(byte) code, 0, -1});
      answer.onError(
          Status.fromCodeValue((int) code)
              .withDescription("an error, 100 % \u00fcber\u2603 " + code)
              .asRuntimeException(trailers));
    }
    // else it keeps silent
  }

  private record Call(ModelInferRequest request, boolean gzip, long deadlineMillis) {}

  private static Call randomCall(SplittableRandom random) {
    double size = Math.exp(random.nextDouble() * Math.log(LARGEST));
    var tensor = new byte[random.nextInt(20) == 0 ? 0 : (int) size];
    random.nextBytes(tensor);
    long code =
        switch (random.nextInt(10)) {
          case 0 -> 1 + random.nextInt(16);
          case 1 -> random.nextInt(10) == 0 ? -1 : 0;
          default -> 0;
        };
    // what would be tried again, or looks like the caller's own doing, is tested elsewhere
    if (code == Status.Code.UNAVAILABLE.value() || code == Status.Code.CANCELLED.value()) {
      code = Status.Code.INTERNAL.value();
    }
    ModelInferRequest request =
        ModelInferRequest.newBuilder()
            .setModelName("fraud")
            .setId("id-" + random.nextInt(1_000_000))
            .putParameters("code", InferParameter.newBuilder().setInt64Param(code).build())
            .addRawInputContents(ByteString.copyFrom(tensor))
            .build();
    return new Call(request, random.nextInt(8) == 0, code < 0 ? 30 : 20_000);
  }

  private static String outcome(GRPCInferenceServiceBlockingStub stub, Call call) {
    GRPCInferenceServiceBlockingStub used =
        stub.withDeadlineAfter(call.deadlineMillis(), TimeUnit.MILLISECONDS);
    try {
      ModelInferResponse response =
          (call.gzip() ? used.withCompression("gzip") : used).modelInfer(call.request());
      return "answer of " + response.getSerializedSize() + " bytes, hash " + response.hashCode();
    } catch (StatusRuntimeException e) {
      Status.Code code = e.getStatus().getCode();
      if (code == Status.Code.DEADLINE_EXCEEDED && call.deadlineMillis() < 100) {
        // its text is the client's own
        return code.name();
      }
      Metadata trailers = e.getTrailers();
      return e.getStatus()
          + (trailers == null
              ? ""
              : " " + trailers.get(TEXT) + " " + java.util.Arrays.toString(trailers.get(BYTES)));
    }
  }

  private GRPCInferenceServiceBlockingStub client(int port) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .usePlaintext()
            .maxInboundMessageSize(64 << 20)
            .build();
    channels.add(channel);
    return GRPCInferenceServiceGrpc.newBlockingStub(channel);
  }

  @Test
  void random_calls_bring_the_same_through_both() throws Exception {
    System.out.println("oracle: seed " + SEED + ", repeat with -Dweir.seed=" + SEED);
    List<Future<Void>> clients = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CLIENTS; i++) {
        GRPCInferenceServiceBlockingStub relayed = client(mesh.router.listening.grpcPort());
        GRPCInferenceServiceBlockingStub byOracle = client(oracle.getPort());
        for (int half = 0; half < 2; half++) {
          var random = new SplittableRandom(SEED + 2 * i + half);
          clients.add(
              threads.submit(
                  (Callable<Void>)
                      () -> {
                        for (int n = 0; n < CALLS / (2 * CLIENTS); n++) {
                          Call call = randomCall(random);
                          if (n % 50 == 0) {
                            // workers remember what they were asked
                            mesh.workers.forEach(w -> w.seen.clear());
                          }
                          assertThat(outcome(relayed, call))
                              .as(
                                  "call %d of seed %d: %s",
                                  n, SEED, call.request().getParametersMap())
                              .isEqualTo(outcome(byOracle, call));
                        }
                        return null;
                      }));
        }
      }
      for (Future<Void> each : clients) {
        each.get(30, TimeUnit.MINUTES);
      }
    }
    await().until(() -> mesh.router.listening.relay().callsInFlight() == 0);
    assertThat(mesh.router.listening.loops().keptBytes()).isZero();
    assertThat(mesh.router.listening.loops().counters().queuedBytes()).isZero();
  }
}

package dev.weir.router.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.grpc.BytesMarshaller;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.ModelStreamInferResponse;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Route;
import dev.weir.router.FakeDiscovery;
import dev.weir.router.FakeMonitor;
import dev.weir.router.FakeRegistry;
import dev.weir.router.RunningRouter;
import dev.weir.router.Snapshots;
import dev.weir.router.dataplane.OracleService;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random streams to one router, over its relay and over grpc-java: the client must not see which.
 * {@code -Dweir.oracle.streams=10000} makes more of them, {@code -Dweir.oracle.seed=7} others.
 */
final class RandomStreamsTest {
  private static final long STREAMS = Long.getLong("weir.oracle.streams", 150);
  private static final long SEED = Long.getLong("weir.oracle.seed", 1);
  private static final int LANES = 4;
  private static final int MOST_REPORTED = 20;
  private static final MethodDescriptor<byte[], byte[]> METHOD =
      MethodDescriptor.<byte[], byte[]>newBuilder()
          .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
          .setFullMethodName(
              GRPCInferenceServiceGrpc.getModelStreamInferMethod().getFullMethodName())
          .setRequestMarshaller(BytesMarshaller.INSTANCE)
          .setResponseMarshaller(BytesMarshaller.INSTANCE)
          .build();

  private final Queue<String> differences = new ConcurrentLinkedQueue<>();
  private final AtomicLong next = new AtomicLong();
  private final AtomicLong made = new AtomicLong();

  /** What a client saw: digests of answers, by what their ids begin with, and the end. */
  private record Seen(Map<String, List<String>> answers, Status.Code code, String description) {
    /** Where the client cancels, how much it saw before is chance, and it may be all. */
    Seen comparable(StreamScript script) {
      boolean isChance =
          script.cancelAfter() >= 0 && (code == Status.Code.CANCELLED || code == Status.Code.OK);
      return isChance ? new Seen(Map.of(), Status.Code.CANCELLED, "") : this;
    }
  }

  @Test
  void theRelayStreamsAsGrpcJavaDoes(@TempDir Path data) throws Exception {
    Route renamed =
        Route.newBuilder()
            .setName("n")
            .setGeneration(4)
            .addVariants(Snapshots.variant("only", "other", "1", 10_000, Arm.ARM_UNSPECIFIED))
            .build();
    try (var registry = new FakeRegistry();
        var monitor = new FakeMonitor();
        var worker = new StreamingWorker()) {
      registry.publish(Snapshots.of(1, Snapshots.single("m", "1"), renamed));
      var discovery = new FakeDiscovery(List.of(worker.instance()));
      try (var router = new RunningRouter(data, registry.address(), monitor.address(), discovery)) {
        router.awaitServing("m").awaitReadyWorkers(1);
        Server oracle =
            NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .directExecutor()
                .maxInboundMessageSize(16 << 20)
                .addService(OracleService.of(router.exchanges()))
                .build()
                .start();
        ManagedChannel relayed = channel(router.grpcPort());
        ManagedChannel reference = channel(oracle.getPort());
        try {
          compare(relayed, reference);
          nothingIsLeft(router, worker);
        } finally {
          relayed.shutdownNow();
          reference.shutdownNow();
          oracle.shutdownNow();
        }
      }
    }
    assertThat(differences).isEmpty();
    assertThat(made).hasValue(STREAMS);
  }

  private static ManagedChannel channel(int port) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port)
        .usePlaintext()
        .maxInboundMessageSize(16 << 20)
        .disableRetry()
        .build();
  }

  private void compare(ManagedChannel relayed, ManagedChannel reference)
      throws InterruptedException {
    try (ExecutorService lanes = Executors.newFixedThreadPool(LANES)) {
      for (int i = 0; i < LANES; i++) {
        lanes.execute(() -> lane(relayed, reference));
      }
      lanes.shutdown();
      assertThat(lanes.awaitTermination(2, TimeUnit.HOURS)).isTrue();
    }
  }

  private void lane(ManagedChannel relayed, ManagedChannel reference) {
    for (long i = next.getAndIncrement(); i < STREAMS; i = next.getAndIncrement()) {
      StreamScript script = StreamScript.of(SEED * 1_000_003 + i);
      CompletableFuture<Seen> ours = new Client(relayed, script).result;
      CompletableFuture<Seen> theirs = new Client(reference, script).result;
      try {
        Seen relay = ours.get(60, TimeUnit.SECONDS).comparable(script);
        Seen oracle = theirs.get(60, TimeUnit.SECONDS).comparable(script);
        if (!relay.equals(oracle) && differences.size() < MOST_REPORTED) {
          differences.add("\n%s\n  relay  %s\n  oracle %s".formatted(script, relay, oracle));
        }
      } catch (Exception e) {
        differences.add(script + " did not end: " + e);
        return;
      }
      made.incrementAndGet();
    }
  }

  private static void nothingIsLeft(RunningRouter router, StreamingWorker worker) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(5))
        .untilAsserted(() -> {
          assertThat(router.relay().callsInFlight()).as("calls in flight").isZero();
          assertThat(router.loops().counters().queuedBytes()).as("queued bytes").isZero();
          assertThat(worker.open()).as("the worker's streams").isZero();
        });
  }

  /** Sends all that a script has, and asks for one answer after another. */
  private static final class Client extends ClientCall.Listener<byte[]> {
    private final CompletableFuture<Seen> result = new CompletableFuture<>();
    private final Map<String, List<String>> answers = new TreeMap<>();
    private final StreamScript script;
    private final ClientCall<byte[], byte[]> call;
    private volatile int count;
    private volatile boolean allSent;

    Client(ManagedChannel channel, StreamScript script) {
      this.script = script;
      this.call =
          channel.newCall(
              METHOD,
              script.clientGzip()
                  ? CallOptions.DEFAULT.withCompression("gzip")
                  : CallOptions.DEFAULT);
      call.start(this, new Metadata());
      call.request(1);
      script.messages().forEach(call::sendMessage);
      call.halfClose();
      allSent = true;
      cancelIfDue();
    }

    /** Not in the midst of sending, which grpc-java takes for a mistake. */
    private void cancelIfDue() {
      if (allSent && script.cancelAfter() >= 0 && count >= script.cancelAfter()) {
        call.cancel("no longer wanted", null);
      }
    }

    @Override
    public void onMessage(byte[] message) {
      try {
        ModelStreamInferResponse answer = ModelStreamInferResponse.parseFrom(message);
        String id = answer.getInferResponse().getId();
        answers
            .computeIfAbsent(id.isEmpty() ? "" : id.substring(0, 1), key -> new ArrayList<>())
            .add(
                id
                    + " "
                    + answer.getErrorMessage()
                    + " "
                    + answer.getInferResponse().getModelName()
                    + " "
                    + ScriptedWorker.digest(message));
      } catch (Exception e) {
        result.completeExceptionally(e);
      }
      count = count + 1;
      cancelIfDue();
      call.request(1);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      result.complete(new Seen(answers, status.getCode(), String.valueOf(status.getDescription())));
    }
  }
}

package dev.weir.router.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.router.FakeDiscovery;
import dev.weir.router.FakeMonitor;
import dev.weir.router.FakeRegistry;
import dev.weir.router.RunningRouter;
import dev.weir.router.Snapshots;
import dev.weir.router.dataplane.OracleService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random calls to one router, over its relay and over grpc-java: the client must not see which.
 * {@code -Dweir.oracle.calls=100000} makes more of them, {@code -Dweir.oracle.seed=7} others.
 */
final class RandomCallsTest {
  private static final long CALLS = Long.getLong("weir.oracle.calls", 2_000);
  private static final long SEED = Long.getLong("weir.oracle.seed", 1);
  private static final int LANES = 12;
  private static final int CONNECTIONS = 4;
  private static final int MOST_REPORTED = 20;

  private final Queue<String> differences = new ConcurrentLinkedQueue<>();
  private final AtomicLong next = new AtomicLong();
  private final AtomicLong made = new AtomicLong();

  @Test
  void theRelayAnswersAsGrpcJavaDoes(@TempDir Path data) throws Exception {
    try (var registry = new FakeRegistry();
        var monitor = new FakeMonitor();
        var worker = new ScriptedWorker()) {
      registry.publish(Snapshots.of(1, Snapshots.single("m", "1")));
      var discovery = new FakeDiscovery(List.of(worker.instance()));
      try (var router = new RunningRouter(data, registry.address(), monitor.address(), discovery)) {
        router.awaitServing("m").awaitReadyWorkers(1);
        Server oracle = oracle(router);
        List<ManagedChannel> relayed = channels(router.grpcPort());
        List<ManagedChannel> reference = channels(oracle.getPort());
        try {
          compare(relayed, reference);
        } finally {
          nothingIsLeft(router, worker);
          relayed.forEach(ManagedChannel::shutdownNow);
          reference.forEach(ManagedChannel::shutdownNow);
          oracle.shutdownNow();
        }
      }
    }
    assertThat(differences).isEmpty();
    assertThat(made).hasValue(CALLS);
  }

  private static Server oracle(RunningRouter router) throws Exception {
    return NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
        .directExecutor()
        .maxInboundMessageSize(16 << 20)
        .addService(OracleService.of(router.exchanges()))
        .build()
        .start();
  }

  private static List<ManagedChannel> channels(int port) {
    List<ManagedChannel> channels = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      channels.add(
          NettyChannelBuilder.forAddress("127.0.0.1", port)
              .usePlaintext()
              .maxInboundMessageSize(16 << 20)
              .maxInboundMetadataSize(64 << 10)
              .disableRetry()
              .build());
    }
    return channels;
  }

  private void compare(List<ManagedChannel> relayed, List<ManagedChannel> reference)
      throws InterruptedException {
    try (ExecutorService lanes = Executors.newFixedThreadPool(LANES)) {
      for (int i = 0; i < LANES; i++) {
        ManagedChannel ours = relayed.get(i % CONNECTIONS);
        ManagedChannel theirs = reference.get(i % CONNECTIONS);
        lanes.execute(() -> lane(ours, theirs));
      }
      lanes.shutdown();
      assertThat(lanes.awaitTermination(2, TimeUnit.HOURS)).isTrue();
    }
  }

  private void lane(ManagedChannel ours, ManagedChannel theirs) {
    for (long i = next.getAndIncrement(); i < CALLS; i = next.getAndIncrement()) {
      Script script = Script.of(SEED * 1_000_003 + i);
      var ourCall = Observed.call(ours, script);
      var theirCall = Observed.call(theirs, script);
      try {
        String difference =
            difference(
                script, ourCall.get(60, TimeUnit.SECONDS), theirCall.get(60, TimeUnit.SECONDS));
        if (!difference.isEmpty() && differences.size() < MOST_REPORTED) {
          differences.add(difference);
        }
      } catch (Exception e) {
        differences.add(script + " did not end: " + e);
        return;
      }
      made.incrementAndGet();
    }
  }

  private static String difference(Script script, Observed ours, Observed theirs) {
    Observed relay = Intended.without(script, ours);
    Observed oracle = Intended.without(script, theirs);
    return relay.equals(oracle)
        ? ""
        : "\n%s\n  relay  %s\n  oracle %s".formatted(script, relay, oracle);
  }

  private static void nothingIsLeft(RunningRouter router, ScriptedWorker worker) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(5))
        .untilAsserted(() -> {
          assertThat(router.relay().callsInFlight()).as("calls in flight").isZero();
          assertThat(router.loops().keptBytes()).as("kept bytes").isZero();
          assertThat(router.loops().counters().queuedBytes()).as("queued bytes").isZero();
          assertThat(worker.open()).as("the worker's calls").isZero();
        });
  }
}

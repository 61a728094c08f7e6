package dev.weir.platform.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import io.grpc.Channel;
import io.grpc.inprocess.InProcessChannelBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The discovery over a real Consul keeps the contract. */
final class ConsulDiscoveryIT extends DiscoveryContract {
  private static final AtomicInteger TESTS = new AtomicInteger();

  /** Longer than the time for which a Consul that was away is not believed. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static ConsulProcess consul;
  private static Scheduler scheduler;

  private final int test = TESTS.incrementAndGet();

  @BeforeAll
  static void startConsul(@TempDir Path folder) {
    consul = ConsulProcess.start(folder);
    scheduler = Scheduler.system("discovery");
  }

  @AfterAll
  static void stopConsul() throws Exception {
    if (consul != null) {
      consul.close();
      scheduler.close();
    }
  }

  @Override
  String service(String word) {
    return word + "-" + test;
  }

  @Override
  Discovery open() {
    var config =
        new DiscoveryConfig(
            DiscoveryConfig.Kind.CONSUL, consul.address(), "weir-", List.of(), TIME_TO_LIVE);
    Channel unused = InProcessChannelBuilder.forName("nobody").build();
    return Discoveries.open(config, unused, Clock.system(), scheduler);
  }

  @Override
  void sourceGoes() {
    consul.kill();
  }

  @Override
  void sourceReturns() {
    consul.restart();
  }

  @Override
  void eventually(ThrowingCallable assertion) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .untilAsserted(assertion::call);
  }

  @Override
  void throughout(ThrowingCallable assertion) {
    Awaitility.await()
        .during(TIME_TO_LIVE.multipliedBy(3))
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(assertion::call);
  }

  @Test
  void closing_does_not_wait_for_a_query_that_blocks() {
    Discovery discovery = open();
    discovery.watch(service("router"), list -> {});
    eventually(() -> assertThat(discovery.problem()).isEmpty());
    long startNanos = Clock.system().nanoTime();
    discovery.close();
    assertThat(Duration.ofNanos(Clock.system().nanoTime() - startNanos))
        .isLessThan(Duration.ofSeconds(1));
  }

  @Test
  void a_query_that_blocks_for_its_whole_time_is_no_problem() {
    Discovery discovery = open();
    discovery.watch(service("router"), list -> {});
    eventually(() -> assertThat(discovery.problem()).isEmpty());
    Awaitility.await()
        .during(Duration.ofSeconds(12))
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(discovery.problem()).isEmpty());
    discovery.close();
  }
}

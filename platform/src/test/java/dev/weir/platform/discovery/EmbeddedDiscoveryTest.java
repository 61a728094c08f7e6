package dev.weir.platform.discovery;

import dev.weir.platform.time.TestClock;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.opentelemetry.api.metrics.MeterProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The embedded discovery keeps the contract; all in one thread, on a clock that stands still. */
final class EmbeddedDiscoveryTest extends DiscoveryContract {
  private static final Duration STEP = Duration.ofMillis(50);

  private final String name = UUID.randomUUID().toString();
  private final TestClock clock = new TestClock();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private Server server;

  @BeforeEach
  void start() {
    sourceReturns();
  }

  @AfterEach
  void stop() {
    channels.forEach(ManagedChannel::shutdownNow);
    server.shutdownNow();
  }

  @Override
  Discovery open() {
    ManagedChannel channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    channels.add(channel);
    var config =
        new DiscoveryConfig(
            DiscoveryConfig.Kind.EMBEDDED, "127.0.0.1:8500", "weir-", List.of(), TIME_TO_LIVE);
    return Discoveries.open(config, channel, clock, clock);
  }

  @Override
  void sourceGoes() {
    server.shutdownNow();
  }

  @Override
  void sourceReturns() {
    var service =
        new EmbeddedDiscoveryService(
            clock, clock, EmbeddedDiscoveryConfig.defaults(), MeterProvider.noop().get("test"));
    try {
      server =
          InProcessServerBuilder.forName(name).directExecutor().addService(service).build().start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    channels.forEach(ManagedChannel::resetConnectBackoff);
  }

  @Override
  void eventually(ThrowingCallable assertion) {
    for (int i = 0; i < 400; i++) {
      try {
        assertion.call();
        return;
      } catch (Throwable notYet) {
        clock.advance(STEP);
      }
    }
    call(assertion);
  }

  @Override
  void throughout(ThrowingCallable assertion) {
    for (int i = 0; i < 300; i++) {
      call(assertion);
      clock.advance(STEP);
    }
  }

  private static void call(ThrowingCallable assertion) {
    try {
      assertion.call();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}

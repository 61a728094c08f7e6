package dev.weir.local.demo;

import dev.weir.loadtest.input.RowRequests;
import dev.weir.loadtest.load.ArrivalSchedule;
import dev.weir.loadtest.load.InferenceClient;
import dev.weir.loadtest.load.OpenLoopGenerator;
import dev.weir.loadtest.load.Outcome;
import dev.weir.loadtest.report.LoadStatistics;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.telemetry.Telemetry;
import dev.weir.platform.time.Clock;
import io.grpc.Metadata;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * The demo's clients: real rows at a steady rate, for as long as the demo runs. What they see is
 * counted in the window that is open when an answer comes. Thread-safe.
 */
final class ReplayTraffic implements AutoCloseable {
  private static final int CONNECTIONS = 4;

  /** Fresh JVMs compile while the first requests come. */
  private static final Duration RAMP = Duration.ofSeconds(8);

  private static final int MAX_IN_FLIGHT = 2_000;
  private static final Duration DEADLINE = Duration.ofSeconds(5);

  private final InferenceClient client;
  private final OpenLoopGenerator generator;
  private final Labels labels;
  private final LoadStatistics total = new LoadStatistics();
  private volatile LoadStatistics window = new LoadStatistics();

  /**
   * @param router where the requests go
   * @param labels told about each answer, so that its ground truth follows
   * @param seed of the arrivals
   */
  ReplayTraffic(
      HostAndPort router,
      Employment data,
      double requestsPerSecond,
      long seed,
      Labels labels,
      Telemetry telemetry,
      Clock clock)
      throws IOException {
    this.client =
        new InferenceClient(
            router, CONNECTIONS, new Metadata(), DEADLINE, List.of(telemetry.clientInterceptor()));
    this.labels = labels;
    var requests =
        new RowRequests(
            data.rows(), data.features(), Employment.MODEL, Employment.INPUT, Labels.ID_PREFIX);
    this.generator =
        new OpenLoopGenerator(
            client,
            requests,
            new ArrivalSchedule(requestsPerSecond, ArrivalSchedule.Kind.POISSON, seed)
                .rampingUp(RAMP),
            MAX_IN_FLIGHT,
            clock,
            this::took);
  }

  void start() {
    generator.start(null);
  }

  private void took(Outcome outcome) {
    total.add(outcome);
    window.add(outcome);
    if (outcome.status().isOk()) {
      labels.answered(outcome.index());
    }
  }

  /** Requests sent and not answered yet. */
  int inFlight() {
    return generator.inFlight();
  }

  /** Opens a new window and returns it; it goes on counting until the next one is opened. */
  LoadStatistics openWindow() {
    var opened = new LoadStatistics();
    window = opened;
    return opened;
  }

  /** Everything since the start. */
  LoadStatistics total() {
    return total;
  }

  @Override
  public void close() throws InterruptedException {
    generator.stop(DEADLINE);
    client.close();
  }
}

package dev.weir.monitor;

import dev.weir.monitor.dashboard.LogRoutes;
import dev.weir.monitor.foreign.ForeignCalls;
import dev.weir.monitor.forward.Forwarding;
import dev.weir.monitor.intake.BusinessDoor;
import dev.weir.monitor.intake.IntakeConfig;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.LogBoard;
import dev.weir.monitor.intake.LogReceiver;
import dev.weir.monitor.intake.MetricBoard;
import dev.weir.monitor.intake.MetricReceiver;
import dev.weir.monitor.intake.ServicesHeard;
import dev.weir.monitor.intake.TraceReceiver;
import dev.weir.monitor.intake.TraceStore;
import dev.weir.platform.time.Clock;
import dev.weir.proto.route.v1.Verdict;
import io.grpc.BindableService;
import io.grpc.ServerInterceptor;
import io.helidon.webserver.http.HttpRouting;
import java.util.List;

/** OpenTelemetry's traces, metrics and logs: taken, held for the pages, forwarded. */
final class TelemetryRoom implements Room {
  private final IntakeConfig config;
  private final IntakeCounts counts;
  private final Clock clock;
  private final TraceStore traces;
  private final ServicesHeard heard = new ServicesHeard();
  private final MetricBoard metrics;
  private final LogBoard logs;
  private final Forwarding forwarding;

  TelemetryRoom(IntakeConfig config, IntakeCounts counts, Surroundings around) {
    this.config = config;
    this.counts = counts;
    this.clock = around.clock();
    this.traces = new TraceStore(config, counts);
    this.metrics = new MetricBoard(config, counts);
    this.logs = new LogBoard(config, counts);
    this.forwarding =
        around
            .resources()
            .add("forwarding", new Forwarding(config, around.tls(), around.scheduler()));
    forwarding.registerWith(around.telemetry().meter());
  }

  TraceStore traces() {
    return traces;
  }

  ServicesHeard heard() {
    return heard;
  }

  MetricBoard metrics() {
    return metrics;
  }

  /** Sees each call before it is answered. */
  ServerInterceptor tap() {
    return forwarding.tap();
  }

  /**
   * OpenTelemetry's three services.
   *
   * @param business takes what metrics say about variants
   * @param foreign takes calls that spans tell of
   */
  List<BindableService> services(BusinessDoor business, ForeignCalls foreign) {
    return List.of(
        new TraceReceiver(traces, heard, foreign, counts, clock),
        new MetricReceiver(metrics, heard, business, config.maxMetricSeries(), counts, clock),
        new LogReceiver(logs, heard, counts, clock));
  }

  @Override
  public void decided(Verdict verdict) {
    traces.pin(verdict.getExemplarTraceIdsList());
  }

  @Override
  public void addTo(HttpRouting.Builder routes) {
    routes.register("/api/v1/logs", new LogRoutes(logs));
  }
}

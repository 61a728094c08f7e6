package dev.weir.worker.serving;

import dev.weir.worker.admission.Room;
import dev.weir.worker.placement.LifeWords;
import dev.weir.worker.placement.Placements;
import dev.weir.worker.sampling.Sampler;
import io.grpc.Status;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import java.util.List;

/**
 * The worker's metrics. Labels come from placed versions and from code, never from what a client
 * wrote.
 */
public final class WorkerMetrics {
  private static final AttributeKey<String> MODEL = AttributeKey.stringKey("model");
  private static final AttributeKey<String> VERSION = AttributeKey.stringKey("version");
  private static final AttributeKey<String> CODE = AttributeKey.stringKey("code");
  private static final AttributeKey<String> REASON = AttributeKey.stringKey("reason");
  private static final AttributeKey<String> STATE = AttributeKey.stringKey("state");
  private static final List<Double> BOUNDS_SECONDS =
      List.of(
          0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0,
          2.5, 5.0, 10.0);

  private final LongCounter requests;
  private final DoubleHistogram duration;
  private final LongCounter refusals;

  public WorkerMetrics(Meter meter) {
    requests =
        meter
            .counterBuilder("weir_worker_requests")
            .setDescription("Inference requests by model, version and gRPC code.")
            .build();
    duration =
        meter
            .histogramBuilder("weir_worker_request_duration_seconds")
            .setDescription("Time from an inference request's arrival to its answer, seconds.")
            .setExplicitBucketBoundariesAdvice(BOUNDS_SECONDS)
            .build();
    refusals =
        meter
            .counterBuilder("weir_worker_refusals")
            .setDescription("Inference requests that were refused, by reason.")
            .build();
  }

  /** Has the gauges read from their owners whenever metrics are collected. */
  public static void observe(Meter meter, Room room, Placements placements, Sampler sampler) {
    meter
        .gaugeBuilder("weir_worker_in_flight_requests")
        .ofLongs()
        .setDescription("Inference requests in the worker.")
        .buildWithCallback(m -> m.record(room.inFlight()));
    meter
        .gaugeBuilder("weir_worker_waiting_requests")
        .ofLongs()
        .setDescription("Inference requests that wait for a place.")
        .buildWithCallback(m -> m.record(room.waiting()));
    meter
        .gaugeBuilder("weir_worker_version_states")
        .ofLongs()
        .setDescription("1 for each known version, labelled with its state.")
        .buildWithCallback(m ->
            placements
                .table()
                .rows()
                .forEach(row ->
                    m.record(
                        1,
                        Attributes.of(
                            MODEL,
                            row.key().model(),
                            VERSION,
                            row.key().version(),
                            STATE,
                            LifeWords.word(row.life())))));
    meter
        .counterBuilder("weir_worker_samples_sent")
        .setDescription("Samples that the monitor took.")
        .buildWithCallback(m -> m.record(sampler.sent()));
    meter
        .counterBuilder("weir_worker_samples_dropped")
        .setDescription(
            "Samples dropped for want of room, or because the monitor did not take them.")
        .buildWithCallback(m -> m.record(sampler.dropped()));
    meter
        .gaugeBuilder("weir_worker_samples_queued")
        .ofLongs()
        .setDescription("Samples that wait to be sent.")
        .buildWithCallback(m -> m.record(sampler.queued()));
  }

  /** Counts a request to a version. */
  void request(String model, String version, Status.Code code, long nanos) {
    requests.add(1, Attributes.of(MODEL, model, VERSION, version, CODE, code.name()));
    duration.record(nanos / 1e9, Attributes.of(MODEL, model, VERSION, version));
  }

  /** Counts a refusal. */
  void refusal(String reason) {
    refusals.add(1, Attributes.of(REASON, reason));
  }
}

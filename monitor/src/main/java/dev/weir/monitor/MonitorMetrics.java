package dev.weir.monitor;

import dev.weir.monitor.guardrail.EvidenceBook;
import dev.weir.monitor.guardrail.RolloutView;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.TraceStore;
import dev.weir.monitor.verdict.VerdictSender;
import dev.weir.proto.route.v1.GuardrailEvidence;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import java.util.function.ToDoubleFunction;

/** What a monitor says about itself and about the rollouts that it watches. */
final class MonitorMetrics {
  private static final AttributeKey<String> ROLLOUT = AttributeKey.stringKey("rollout");
  private static final AttributeKey<String> GUARDRAIL = AttributeKey.stringKey("guardrail");
  private static final AttributeKey<String> STATE = AttributeKey.stringKey("state");

  private MonitorMetrics() {}

  static void register(
      Meter meter,
      IntakeCounts counts,
      EvidenceBook book,
      VerdictSender sender,
      TraceStore traces) {
    counts.registerWith(meter);
    meter
        .counterBuilder("weir_monitor_verdicts_sent")
        .setDescription("Verdicts that the registry took.")
        .buildWithCallback(out -> out.record(sender.sent()));
    meter
        .counterBuilder("weir_monitor_verdict_calls_failed")
        .setDescription("Calls with verdicts that the registry did not answer.")
        .buildWithCallback(out -> out.record(sender.failed()));
    meter
        .gaugeBuilder("weir_monitor_waiting_samples")
        .ofLongs()
        .setDescription("Samples that wait for the end of their slice.")
        .buildWithCallback(out -> out.record(book.waitingSamples()));
    meter
        .gaugeBuilder("weir_monitor_traces_held")
        .ofLongs()
        .setDescription("Traces held in memory.")
        .buildWithCallback(out -> out.record(traces.size()));
    guardrailGauge(
        meter,
        book,
        "weir_monitor_guardrail_log_evidence",
        "Natural logarithm of a guardrail's e-value.",
        GuardrailEvidence::getLogE);
    guardrailGauge(
        meter,
        book,
        "weir_monitor_guardrail_log_threshold",
        "Natural logarithm of the e-value at which a guardrail decides alone.",
        GuardrailEvidence::getLogThreshold);
    guardrailGauge(
        meter,
        book,
        "weir_monitor_guardrail_canary_units",
        "Canary units that a guardrail has judged.",
        GuardrailEvidence::getCanaryUnits);
    rolloutGauge(
        meter,
        book,
        "weir_monitor_rollout_log_evidence",
        "Natural logarithm of the weighted sum of the rollback guardrails' e-values.",
        view -> view.verdict().getReleaseLogE());
    rolloutGauge(
        meter,
        book,
        "weir_monitor_rollout_canary_requests",
        "Requests that a rollout's canary got.",
        view -> view.verdict().getCanaryRequests());
    meter
        .gaugeBuilder("weir_monitor_rollout_verdict")
        .ofLongs()
        .setDescription("1 for the state of each rollout's verdict.")
        .buildWithCallback(out ->
            book.views()
                .forEach((rollout, view) ->
                    out.record(
                        1,
                        Attributes.of(ROLLOUT, rollout, STATE, view.verdict().getState().name()))));
  }

  private static void guardrailGauge(
      Meter meter,
      EvidenceBook book,
      String name,
      String description,
      ToDoubleFunction<GuardrailEvidence> value) {
    meter
        .gaugeBuilder(name)
        .setDescription(description)
        .buildWithCallback(out ->
            book.views()
                .forEach((rollout, view) ->
                    view.verdict()
                        .getGuardrailsList()
                        .forEach(evidence ->
                            out.record(
                                value.applyAsDouble(evidence),
                                Attributes.of(
                                    ROLLOUT, rollout, GUARDRAIL, evidence.getGuardrail())))));
  }

  private static void rolloutGauge(
      Meter meter,
      EvidenceBook book,
      String name,
      String description,
      ToDoubleFunction<RolloutView> value) {
    meter
        .gaugeBuilder(name)
        .setDescription(description)
        .buildWithCallback((ObservableDoubleMeasurement out) ->
            book.views()
                .forEach((rollout, view) ->
                    out.record(value.applyAsDouble(view), Attributes.of(ROLLOUT, rollout))));
  }
}

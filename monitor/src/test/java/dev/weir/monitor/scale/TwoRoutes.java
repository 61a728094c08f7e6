package dev.weir.monitor.scale;

import dev.weir.monitor.simulated.Behaviour;
import dev.weir.monitor.simulated.SimulatedTraffic;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.LabelQuality;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutSpec;
import dev.weir.proto.route.v1.RolloutState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One router and one worker that serve two routes with a rollout each, a second at a time. A second
 * is five whole slices of samples, so when they are closed changes nothing. Both canaries are
 * sound: after a decision nothing more would be counted, and how much was before it is not the same
 * for all.
 */
final class TwoRoutes {
  static final List<String> ROUTES = List.of("fraud", "churn");

  /** What one second gave: slices, samples and labels of some of those, of both routes. */
  record Second(List<OutcomeSlice> slices, ReportSamplesRequest samples, List<Feedback> labels) {}

  private final Map<String, SimulatedTraffic> traffic = new HashMap<>();
  private long sequence;

  TwoRoutes(long seed) {
    for (String route : ROUTES) {
      var of = new SimulatedTraffic(Randomness.seeded(seed + route.hashCode()), 200);
      of.canaryShare = 0.3;
      of.canary = Behaviour.SOUND.withMedianMillis(4.1);
      of.rollout = rolloutOf(route);
      traffic.put(route, of);
    }
  }

  static String rolloutOf(String route) {
    return "rollout-" + route;
  }

  static Rollout rollout(String route) {
    return Rollout.newBuilder()
        .setId(rolloutOf(route))
        .setModel(route)
        .setBaselineVersion("1")
        .setState(RolloutState.PROGRESSING)
        .setSpec(
            RolloutSpec.newBuilder()
                .setRoute(route)
                .setCanaryVersion("2")
                .addGuardrails(guardrail("error_rate"))
                .addGuardrails(guardrail("latency"))
                .addGuardrails(guardrail("predicted_class"))
                .addGuardrails(
                    Guardrail.newBuilder()
                        .setName("accuracy")
                        .setLabelQuality(
                            LabelQuality.newBuilder()
                                .setMeasure(LabelQuality.Measure.ACCURACY)
                                .setToleratedDifference(0.05))))
        .build();
  }

  private static Guardrail.Builder guardrail(String kind) {
    Guardrail.Builder guardrail = Guardrail.newBuilder().setName(kind);
    switch (kind) {
      case "error_rate" -> guardrail.getErrorRateBuilder();
      case "latency" -> guardrail.getLatencyBuilder();
      default -> guardrail.getPredictedClassBuilder();
    }
    return guardrail;
  }

  Second next() {
    var slices = new ArrayList<OutcomeSlice>();
    var samples = ReportSamplesRequest.newBuilder().setWorker("worker-1");
    var labels = new ArrayList<Feedback>();
    for (int quarter = 0; quarter < 4; quarter++) {
      var slice = OutcomeSlice.newBuilder().setSequence(++sequence);
      for (String route : ROUTES) {
        SimulatedTraffic.Quarter of = traffic(route).next();
        OutcomeSlice part = of.outcomes().getSlices(0);
        slice.setStart(part.getStart()).setLengthMillis(part.getLengthMillis());
        part.getCellsList().forEach(cell -> slice.addCells(on(route, cell)));
        of.samples().getSamplesList().forEach(sample -> samples.addSamples(on(route, sample)));
      }
      slices.add(slice.build());
    }
    for (Sample sample : samples.getSamplesList()) {
      if (sample.getRequestId().hashCode() % 3 == 0) {
        labels.add(
            Feedback.newBuilder()
                .setRequestId(sample.getRequestId())
                .addTrueClasses(
                    sample.getRequestId().hashCode() % 5 == 0
                        ? "another"
                        : sample.getPredictedClasses(0))
                .build());
      }
    }
    return new Second(slices, samples.build(), labels);
  }

  private SimulatedTraffic traffic(String route) {
    SimulatedTraffic of = traffic.get(route);
    if (of == null) {
      throw new IllegalArgumentException(route);
    }
    return of;
  }

  private static OutcomeCell on(String route, OutcomeCell cell) {
    OutcomeCell.Builder moved = cell.toBuilder();
    moved.getKeyBuilder().setRoute(route).setModel(route);
    return moved.build();
  }

  private static Sample on(String route, Sample sample) {
    Sample.Builder moved =
        sample.toBuilder().setModel(route).setRequestId(route + sample.getRequestId());
    moved.getAssignmentBuilder().setRoute(route);
    return moved.build();
  }
}

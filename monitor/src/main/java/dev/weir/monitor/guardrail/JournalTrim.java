package dev.weir.monitor.guardrail;

import com.google.protobuf.ByteString;
import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.MirrorSide;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.OutputDifference;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.monitor.v1.SampleTensor;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Assignment;
import dev.weir.proto.route.v1.Rollout;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the tests of one rollout look at, and nothing else: no inputs, of outputs the first number
 * of those that a guardrail names, request ids only where a verdict may show them. A watch that is
 * fed with what is left comes to the same evidence, bit for bit; a test compares them.
 *
 * @param plan what is tested
 */
record JournalTrim(RolloutPlan plan) {
  private static final int LONGEST_NUMBER = 8;

  /** What a verdict depends on: state, and what was overruled. */
  static Rollout rollout(Rollout rollout) {
    return Rollout.newBuilder()
        .setId(rollout.getId())
        .setSpec(rollout.getSpec())
        .setBaselineVersion(rollout.getBaselineVersion())
        .setModel(rollout.getModel())
        .setState(rollout.getState())
        .addAllOverruled(rollout.getOverruledList())
        .build();
  }

  OutcomeSlice slice(OutcomeSlice slice) {
    return slice.toBuilder()
        .clearCells()
        .addAllCells(slice.getCellsList().stream().filter(this::concerns).map(this::cell).toList())
        .build();
  }

  private boolean concerns(OutcomeCell cell) {
    return cell.getKey().getRoute().equals(plan.route())
        && (cell.getKey().getRolloutId().equals(plan.rolloutId())
            || (cell.getKey().getRolloutId().isEmpty() && isCanary(cell)));
  }

  private boolean isCanary(OutcomeCell cell) {
    return cell.getKey().getVersion().equals(plan.canaryVersion());
  }

  private OutcomeCell cell(OutcomeCell cell) {
    return isCanary(cell) ? cell : cell.toBuilder().clearExemplarTraceIds().build();
  }

  List<Sample> samples(List<Sample> slice) {
    Set<String> outputs = namedOutputs();
    return slice.stream()
        .filter(sample -> isOfThis(sample.getAssignment()))
        .map(sample -> sample(sample, outputs))
        .toList();
  }

  private boolean isOfThis(Assignment assignment) {
    return assignment.getRolloutId().equals(plan.rolloutId());
  }

  private Set<String> namedOutputs() {
    return plan.guardrails().stream()
        .map(RolloutPlan.Planned::statement)
        .filter(Statement.Score.class::isInstance)
        .map(statement -> ((Statement.Score) statement).output())
        .collect(Collectors.toSet());
  }

  private boolean looksAtNumbers() {
    return plan.guardrails().stream()
        .map(RolloutPlan.Planned::statement)
        .anyMatch(statement ->
            statement instanceof Statement.Score
                || statement instanceof Statement.Confidence
                || statement instanceof Statement.DataQuality);
  }

  private Sample sample(Sample sample, Set<String> outputs) {
    var trimmed = Sample.newBuilder().setAssignment(assignment(sample.getAssignment()));
    sample.getPredictedClassesList().stream().limit(1).forEach(trimmed::addPredictedClasses);
    if (looksAtNumbers()) {
      sample.getConfidencesList().stream().limit(1).forEach(trimmed::addConfidences);
      sample.getPredictedValuesList().stream().limit(1).forEach(trimmed::addPredictedValues);
    }
    for (SampleTensor tensor : sample.getOutputsList()) {
      if (outputs.contains(tensor.getName())) {
        ByteString raw = tensor.getRaw();
        trimmed.addOutputs(
            SampleTensor.newBuilder()
                .setName(tensor.getName())
                .setDatatype(tensor.getDatatype())
                .setRaw(raw.substring(0, Math.min(LONGEST_NUMBER, raw.size()))));
      }
    }
    if (sample.getAssignment().getArm() == Arm.ARM_CANARY) {
      trimmed.setTraceId(sample.getTraceId());
    }
    return trimmed.build();
  }

  private static Assignment assignment(Assignment assignment) {
    var trimmed =
        Assignment.newBuilder()
            .setRolloutId(assignment.getRolloutId())
            .setArm(assignment.getArm())
            .setCanaryProbability(assignment.getCanaryProbability());
    if (assignment.getSticky()) {
      trimmed.setSticky(true).setUnit(assignment.getUnit());
    }
    return trimmed.build();
  }

  List<LabelledPrediction> labels(List<LabelledPrediction> labels) {
    return labels.stream()
        .filter(labelled -> isOfThis(labelled.sample().getAssignment()))
        .map(labelled -> {
          Sample sample = labelled.sample();
          var trimmed = Sample.newBuilder().setAssignment(assignment(sample.getAssignment()));
          sample.getPredictedClassesList().stream().limit(1).forEach(trimmed::addPredictedClasses);
          sample.getConfidencesList().stream().limit(1).forEach(trimmed::addConfidences);
          sample.getPredictedValuesList().stream().limit(1).forEach(trimmed::addPredictedValues);
          trimmed.addAllProbabilities(sample.getProbabilitiesList());
          var label = Feedback.newBuilder();
          labelled.label().getTrueClassesList().stream().limit(1).forEach(label::addTrueClasses);
          labelled.label().getTrueValuesList().stream().limit(1).forEach(label::addTrueValues);
          if (sample.getAssignment().getArm() == Arm.ARM_CANARY) {
            trimmed.setTraceId(sample.getTraceId()).setRequestId(sample.getRequestId());
          }
          return new LabelledPrediction(trimmed.build(), label.build());
        })
        .toList();
  }

  List<BusinessUnit> business(List<BusinessUnit> units) {
    return units.stream().filter(unit -> unit.rolloutId().equals(plan.rolloutId())).toList();
  }

  List<MirrorPair> pairs(List<MirrorPair> pairs) {
    return pairs.stream()
        .filter(pair -> pair.getRoute().equals(plan.route()))
        .filter(pair -> pair.getShadow().getVersion().equals(plan.canaryVersion()))
        .map(pair ->
            MirrorPair.newBuilder()
                .setRoute(pair.getRoute())
                .setPrimary(side(pair.getPrimary()))
                .setShadow(side(pair.getShadow()))
                .setCompared(pair.getCompared())
                .addAllUnlikeOutputs(pair.getUnlikeOutputsList())
                .addAllOutputs(
                    pair.getOutputsList().stream()
                        .map(output ->
                            OutputDifference.newBuilder()
                                .setRows(output.getRows())
                                .setRowsAgreeing(output.getRowsAgreeing())
                                .build())
                        .toList())
                .build())
        .toList();
  }

  private static MirrorSide side(MirrorSide side) {
    return MirrorSide.newBuilder()
        .setVersion(side.getVersion())
        .setStatus(side.getStatus())
        .build();
  }
}

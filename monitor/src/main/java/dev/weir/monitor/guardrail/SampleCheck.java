package dev.weir.monitor.guardrail;

import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Assignment;

/** Whether a sample makes sense. */
final class SampleCheck {
  private static final int MAX_CLASS_LENGTH = 256;
  private static final int MAX_NAME_LENGTH = 256;
  private static final int MAX_ROWS = 100_000;

  private SampleCheck() {}

  static boolean isUsable(Sample sample) {
    Assignment assignment = sample.getAssignment();
    double probability = assignment.getCanaryProbability();
    boolean isUnit =
        assignment.getArm() == Arm.ARM_CANARY || assignment.getArm() == Arm.ARM_BASELINE;
    return named(assignment.getRoute())
        && named(assignment.getVariant())
        && named(assignment.getRolloutId())
        && named(sample.getModel())
        && named(sample.getVersion())
        && probability >= 0
        && probability <= 1
        && (!isUnit || assignment.getUnit() != 0)
        && sample.getPredictedClassesCount() <= MAX_ROWS
        && sample.getPredictedClassesList().stream()
            .allMatch(predicted -> predicted.length() <= MAX_CLASS_LENGTH);
  }

  /** It can be kept: an image has no room for longer ones. */
  private static boolean named(String name) {
    return name.length() <= MAX_NAME_LENGTH;
  }
}

package dev.weir.router.exchange;

import com.google.protobuf.CodedOutputStream;
import dev.weir.proto.route.v1.Assignment;
import dev.weir.router.policy.Cohort;
import dev.weir.router.policy.Decision;
import dev.weir.router.policy.ExperimentArm;
import dev.weir.router.policy.Reason;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How requests of one kind were assigned, in the bytes that the worker passes on with its samples
 * ({@code weir.route.v1.Assignment}). What they have in common is serialised once; unit and attempt
 * are written behind it by hand.
 */
final class AssignmentBytes {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final byte UNIT_TAG = tag(Assignment.UNIT_FIELD_NUMBER, 1);
  private static final byte ATTEMPT_TAG = tag(Assignment.ATTEMPT_FIELD_NUMBER, 0);
  private static final int UNIT_BYTES = 1 + Long.BYTES;

  private final Cohort cohort;
  private final @Nullable ExperimentArm experiment;
  private final boolean hasUnit;
  private final boolean isMirrored;
  private final byte[] common;

  AssignmentBytes(Decision.Routed decision) {
    this.cohort = decision.cohort();
    this.experiment = decision.experiment();
    this.hasUnit = decision.unit() != 0;
    this.isMirrored = isMirrored(decision);
    Assignment.Builder assignment =
        Assignment.newBuilder()
            .setRoute(cohort.route())
            .setVariant(cohort.variant())
            .setMirrored(isMirrored);
    if (decision.isUnit()) {
      assignment
          .setArm(cohort.arm())
          .setCanaryProbability(cohort.canaryProbability())
          .setRolloutId(cohort.rolloutId())
          .setRolloutStep(cohort.rolloutStep())
          .setSticky(cohort.sticky());
    }
    if (experiment != null) {
      assignment
          .setExperiment(experiment.experiment())
          .setExperimentArm(experiment.name())
          .setSticky(true);
    }
    this.common = assignment.build().toByteArray();
  }

  private static boolean isMirrored(Decision.Routed decision) {
    return decision.reason() == Reason.MIRROR;
  }

  private static byte tag(int field, int type) {
    return (byte) (field << 3 | type);
  }

  /** Whether a decision has all in common with that which this was made of. */
  boolean isFor(Decision.Routed decision) {
    return cohort == decision.cohort()
        && experiment == decision.experiment()
        && hasUnit == (decision.unit() != 0)
        && isMirrored == isMirrored(decision);
  }

  /** The message. */
  byte[] bytes(Decision.Routed decision, int attempt) {
    int at = common.length;
    int size =
        at + (hasUnit ? UNIT_BYTES : 0) + 1 + CodedOutputStream.computeUInt32SizeNoTag(attempt);
    byte[] bytes = Arrays.copyOf(common, size);
    if (hasUnit) {
      bytes[at] = UNIT_TAG;
      LONG.set(bytes, at + 1, decision.unit());
      at += UNIT_BYTES;
    }
    bytes[at++] = ATTEMPT_TAG;
    int rest = attempt;
    while (rest > 0x7f) {
      bytes[at++] = (byte) (rest & 0x7f | 0x80);
      rest >>>= 7;
    }
    bytes[at] = (byte) rest;
    return bytes;
  }
}

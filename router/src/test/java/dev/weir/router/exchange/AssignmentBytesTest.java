package dev.weir.router.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.route.v1.Assignment;
import dev.weir.router.Snapshots;
import dev.weir.router.policy.Decision;
import dev.weir.router.policy.RoutingTable;
import dev.weir.router.policy.TestRequest;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class AssignmentBytesTest {
  private final RandomGenerator random = Randomness.seeded(1);
  private final RoutingTable table =
      RoutingTable.compile(Snapshots.of(1, Snapshots.canary("fraud", 2_500).build()));

  static Assignment parse(byte[] bytes) {
    try {
      return Assignment.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private Decision.Routed routed(String version) {
    return (Decision.Routed) table.decide(new TestRequest("fraud").version(version), random);
  }

  @Test
  void a_units_bytes_are_what_the_generated_parser_reads() {
    for (int i = 0; i < 1_000; i++) {
      Decision.Routed decision = routed("");
      int attempt = 1 + random.nextInt(300);
      var cohort = decision.cohort();
      assertThat(parse(new AssignmentBytes(decision).bytes(decision, attempt)))
          .isEqualTo(
              Assignment.newBuilder()
                  .setRoute("fraud")
                  .setVariant(decision.variant().name())
                  .setArm(cohort.arm())
                  .setCanaryProbability(0.25)
                  .setRolloutId("rollout-1")
                  .setRolloutStep(2)
                  .setUnit(decision.unit())
                  .setAttempt(attempt)
                  .build());
    }
  }

  @Test
  void what_is_no_unit_has_none() {
    Decision.Routed pinned = routed("2");
    assertThat(parse(new AssignmentBytes(pinned).bytes(pinned, 1)))
        .isEqualTo(
            Assignment.newBuilder().setRoute("fraud").setVariant("canary").setAttempt(1).build());
  }

  @Test
  void one_is_made_for_each_kind_of_decision_and_no_more() {
    var variant = new KnownVariant(new KnownRoute("fraud", new RetryBudget(1, 1, 0)), "canary");
    for (int i = 0; i < 200; i++) {
      for (Decision.Routed decision : new Decision.Routed[] {routed(""), routed("2")}) {
        Assignment read = parse(variant.assignment(decision, 1));
        assertThat(read.getUnit()).isEqualTo(decision.unit());
        assertThat(read.getArm()).isEqualTo(decision.cohort().arm());
      }
    }
  }
}

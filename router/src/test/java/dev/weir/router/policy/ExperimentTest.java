package dev.weir.router.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.Randomness;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.BucketRange;
import dev.weir.proto.route.v1.Experiment;
import dev.weir.proto.route.v1.Layer;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.StickyKey;
import dev.weir.router.Snapshots;
import dev.weir.router.wire.KeyValue;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Keys are found by hashing, so these pass always or never. */
class ExperimentTest {
  private static final int USERS = 40_000;

  private static Layer.Builder layer(String name, String salt) {
    return Layer.newBuilder()
        .setName(name)
        .setKey(StickyKey.newBuilder().setHeader("user").setSalt(salt));
  }

  private static Experiment experiment(String name, int share) {
    return Experiment.newBuilder()
        .setName(name)
        .setShareBasisPoints(share)
        .addArms(arm("a", "one"))
        .addArms(arm("b", "two"))
        .addBuckets(Snapshots.buckets(0, 5_000, "a"))
        .addBuckets(Snapshots.buckets(5_000, 10_000, "b"))
        .build();
  }

  private static dev.weir.proto.route.v1.ExperimentArm arm(String name, String variant) {
    return dev.weir.proto.route.v1.ExperimentArm.newBuilder()
        .setName(name)
        .setVariant(variant)
        .setWeightBasisPoints(5_000)
        .build();
  }

  private static RoutingTable table(Layer.Builder... layers) {
    Route.Builder route =
        Route.newBuilder()
            .setName("fraud")
            .addVariants(Snapshots.variant("one", "fraud", "1", 10_000, Arm.ARM_UNSPECIFIED))
            .addVariants(Snapshots.variant("two", "fraud", "2", 0, Arm.ARM_UNSPECIFIED));
    for (Layer.Builder layer : layers) {
      route.addLayers(layer);
    }
    return RoutingTable.compile(Snapshots.of(1, route.build()));
  }

  private static @Nullable ExperimentArm armOf(RoutingTable table, int user, long seed) {
    var request = new TestRequest("fraud").header("user", "user-" + user);
    return ((Decision.Routed) table.decide(request, Randomness.seeded(seed))).experiment();
  }

  private static Layer.Builder shared(String salt) {
    return layer("models", salt)
        .addExperiments(experiment("first", 3_000))
        .addExperiments(experiment("second", 2_000))
        .addSlots(slots(0, 3_000, "first"))
        .addSlots(slots(6_000, 8_000, "second"));
  }

  private static BucketRange slots(int first, int end, String experiment) {
    return Snapshots.buckets(first, end, experiment);
  }

  private static void assertBinomial(double count, double n, double p) {
    double deviation = Math.sqrt(n * p * (1 - p));
    assertThat(count).isBetween(n * p - 3.9 * deviation, n * p + 3.9 * deviation);
  }

  @Test
  void experiments_of_a_layer_exclude_each_other_and_have_their_shares() {
    RoutingTable table = table(shared("s"));
    RoutingTable alone =
        table(
            layer("models", "s")
                .addExperiments(experiment("first", 3_000))
                .addSlots(slots(0, 3_000, "first")));
    Map<String, Integer> counts = new HashMap<>();
    for (int user = 0; user < USERS; user++) {
      ExperimentArm arm = armOf(table, user, 1);
      ExperimentArm without = armOf(alone, user, 2);
      counts.merge(arm == null ? "none" : arm.experiment() + arm.name(), 1, Integer::sum);
      // another experiment in the layer takes nobody from the first, and draws nobody anew
      assertThat(without == null ? "" : without.name())
          .isEqualTo(arm == null || !arm.experiment().equals("first") ? "" : arm.name());
    }
    assertBinomial(counts.getOrDefault("firsta", 0), USERS, 0.15);
    assertBinomial(counts.getOrDefault("firstb", 0), USERS, 0.15);
    assertBinomial(counts.getOrDefault("seconda", 0), USERS, 0.10);
    assertBinomial(counts.getOrDefault("secondb", 0), USERS, 0.10);
    assertBinomial(counts.getOrDefault("none", 0), USERS, 0.50);
  }

  @Test
  void experiments_of_different_layers_are_independent() {
    RoutingTable one = table(shared("salt-1"));
    RoutingTable other = table(shared("salt-2"));
    int inOne = 0;
    int inBoth = 0;
    int sameArm = 0;
    for (int user = 0; user < USERS; user++) {
      ExperimentArm first = armOf(one, user, 1);
      ExperimentArm second = armOf(other, user, 1);
      if (first != null && first.experiment().equals("first")) {
        inOne++;
        if (second != null && second.experiment().equals("second")) {
          inBoth++;
          sameArm += first.name().equals(second.name()) ? 1 : 0;
        }
      }
    }
    assertBinomial(inBoth, inOne, 0.2);
    assertBinomial(sameArm, inBoth, 0.5);
  }

  @Test
  void the_arm_does_not_depend_on_the_slot() {
    RoutingTable table = table(shared("s"));
    int low = 0;
    int lowAndA = 0;
    for (int user = 0; user < USERS; user++) {
      ExperimentArm arm = armOf(table, user, 1);
      int slot = StickyHash.bucket(new StickyHash("s").unit(new KeyValue.Text("user-" + user)));
      if (arm != null && slot < 1_500) {
        low++;
        lowAndA += arm.name().equals("a") ? 1 : 0;
      }
    }
    assertBinomial(lowAndA, low, 0.5);
  }

  private static String nameOf(RoutingTable table, int user, long seed) {
    ExperimentArm arm = armOf(table, user, seed);
    return arm == null ? "" : arm.experiment() + " " + arm.name();
  }

  @Test
  void of_two_layers_the_first_assigns() {
    Layer.Builder all =
        layer("late", "other")
            .addExperiments(experiment("third", 10_000))
            .addSlots(slots(0, 10_000, "third"));
    RoutingTable both = table(shared("s"), all);
    RoutingTable first = table(shared("s"));
    RoutingTable second = table(all);
    for (int user = 0; user < 2_000; user++) {
      String wanted = nameOf(first, user, 1);
      assertThat(nameOf(both, user, 1))
          .isEqualTo(wanted.isEmpty() ? nameOf(second, user, 1) : wanted);
    }
  }

  @Test
  void two_routers_agree_and_who_lacks_the_key_is_in_no_experiment() {
    RoutingTable one = table(shared("s"));
    RoutingTable other = table(shared("s"));
    for (int user = 0; user < 1_000; user++) {
      assertThat(nameOf(one, user, 5)).isEqualTo(nameOf(other, user, 9));
    }
    var decision = (Decision.Routed) one.decide(new TestRequest("fraud"), Randomness.seeded(1));
    assertThat(decision.experiment()).isNull();
    assertThat(decision.reason()).isEqualTo(Reason.SPLIT);
  }

  @Test
  void an_experiments_request_is_no_unit_of_a_rollout() {
    Route route =
        Snapshots.canary("fraud", 5_000)
            .addLayers(
                layer("models", "s")
                    .addExperiments(
                        Experiment.newBuilder()
                            .setName("x")
                            .setShareBasisPoints(10_000)
                            .addArms(arm("a", "canary").toBuilder().setWeightBasisPoints(10_000))
                            .addBuckets(Snapshots.buckets(0, 10_000, "a")))
                    .addSlots(slots(0, 10_000, "x")))
            .build();
    var decision =
        (Decision.Routed)
            RoutingTable.compile(Snapshots.of(1, route))
                .decide(new TestRequest("fraud").header("user", "ann"), Randomness.seeded(1));

    assertThat(decision.reason()).isEqualTo(Reason.EXPERIMENT);
    assertThat(decision.isUnit()).isFalse();
    assertThat(decision.unit()).isNotZero();
    assertThat(decision.cohort().arm()).isEqualTo(Arm.ARM_UNSPECIFIED);
  }
}

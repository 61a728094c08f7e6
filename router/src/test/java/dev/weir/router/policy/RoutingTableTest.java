package dev.weir.router.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.HeaderMatch;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.proto.route.v1.StickyKey;
import dev.weir.router.Snapshots;
import dev.weir.router.wire.KeyValue;
import dev.weir.router.wire.StatusCode;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RoutingTableTest {
  private final RandomGenerator random = Randomness.seeded(1);

  private static RoutingTable table(Route... routes) {
    return RoutingTable.compile(Snapshots.of(1, routes));
  }

  private Decision.Routed routed(RoutingTable table, TestRequest request) {
    return (Decision.Routed) table.decide(request, random);
  }

  @Test
  void a_single_variant_takes_everything_and_makes_no_units() {
    Decision.Routed decision =
        routed(table(Snapshots.single("fraud", "1")), new TestRequest("fraud"));

    assertThat(decision.variant().served()).isEqualTo(new VersionId("fraud", "1"));
    assertThat(decision.reason()).isEqualTo(Reason.SPLIT);
    assertThat(decision.isUnit()).isFalse();
    assertThat(decision.cohort().arm()).isEqualTo(Arm.ARM_UNSPECIFIED);
  }

  @Test
  void a_drawn_request_records_the_probability_of_its_own_draw() {
    RoutingTable five = table(Snapshots.canary("fraud", 500).build());
    RoutingTable half = table(Snapshots.canary("fraud", 5_000).build());

    assertThat(routed(five, new TestRequest("fraud")).cohort().canaryProbability()).isEqualTo(0.05);
    Cohort cohort = routed(half, new TestRequest("fraud")).cohort();
    assertThat(cohort.canaryProbability()).isEqualTo(0.5);
    assertThat(cohort.rolloutId()).isEqualTo("rollout-1");
    assertThat(cohort.rolloutStep()).isEqualTo(2);
  }

  @Test
  void at_the_last_step_every_request_is_a_canary_unit_of_probability_one() {
    Decision.Routed decision =
        routed(table(Snapshots.canary("fraud", 10_000).build()), new TestRequest("fraud"));

    assertThat(decision.cohort().arm()).isEqualTo(Arm.ARM_CANARY);
    assertThat(decision.cohort().canaryProbability()).isEqualTo(1.0);
    assertThat(decision.isUnit()).isTrue();
  }

  @Test
  void a_canary_without_weight_gets_nothing_and_nothing_is_a_unit() {
    RoutingTable table = table(Snapshots.canary("fraud", 0).build());
    for (int i = 0; i < 1_000; i++) {
      Decision.Routed decision = routed(table, new TestRequest("fraud"));
      assertThat(decision.variant().name()).isEqualTo("baseline");
      assertThat(decision.isUnit()).isFalse();
    }
  }

  @Test
  void a_version_that_the_client_names_wins_and_is_no_unit() {
    Route route =
        Snapshots.canary("fraud", 500)
            .addMatches(HeaderMatch.newBuilder().setHeader("team").setVariant("baseline"))
            .build();

    Decision.Routed decision =
        routed(table(route), new TestRequest("fraud").version("2").header("team", "x"));

    assertThat(decision.variant().name()).isEqualTo("canary");
    assertThat(decision.reason()).isEqualTo(Reason.PINNED);
    assertThat(decision.isUnit()).isFalse();
  }

  @Test
  void a_known_version_that_is_no_variant_can_be_named() {
    Snapshot snapshot =
        Snapshots.of(1, Snapshots.single("fraud", "2")).toBuilder()
            .addVersions(Snapshots.version("fraud", "1"))
            .build();

    Decision.Routed decision =
        routed(RoutingTable.compile(snapshot), new TestRequest("fraud").version("1"));

    assertThat(decision.variant().served()).isEqualTo(new VersionId("fraud", "1"));
    assertThat(decision.variant().name()).isEmpty();
  }

  @Test
  void what_does_not_exist_is_refused_in_tritons_words() {
    RoutingTable table = table(Snapshots.single("fraud", "1"));

    assertThat(table.decide(new TestRequest("x"), random))
        .isEqualTo(
            new Decision.Refused(
                StatusCode.NOT_FOUND, "Request for unknown model: 'x' is not found"));
    assertThat(table.decide(new TestRequest("fraud").version("9"), random))
        .isEqualTo(
            new Decision.Refused(
                StatusCode.NOT_FOUND, "Request for unknown model: 'fraud' version 9 is not found"));
    assertThat(table.decide(new TestRequest("fraud").version("one"), random))
        .isInstanceOfSatisfying(
            Decision.Refused.class,
            refused -> assertThat(refused.code()).isEqualTo(StatusCode.INVALID_ARGUMENT));
    assertThat(table.decide(new TestRequest("fraud").version("0"), random))
        .isInstanceOf(Decision.Refused.class);
  }

  @Test
  void the_first_header_match_wins_over_the_split_and_is_no_unit() {
    Route route =
        Snapshots.canary("fraud", 500)
            .addMatches(
                HeaderMatch.newBuilder()
                    .setHeader("tier")
                    .setValue("internal")
                    .setVariant("canary"))
            .addMatches(HeaderMatch.newBuilder().setHeader("tier").setVariant("baseline"))
            .build();
    RoutingTable table = table(route);

    Decision.Routed internal = routed(table, new TestRequest("fraud").header("tier", "internal"));
    Decision.Routed other = routed(table, new TestRequest("fraud").header("tier", "gold"));

    assertThat(internal.variant().name()).isEqualTo("canary");
    assertThat(internal.reason()).isEqualTo(Reason.MATCH);
    assertThat(internal.isUnit()).isFalse();
    assertThat(other.variant().name()).isEqualTo("baseline");
  }

  @Test
  void the_baseline_answers_for_a_canary_but_not_for_a_named_version() {
    RoutingTable table = table(Snapshots.canary("fraud", 10_000).build());
    Decision.Routed drawn = routed(table, new TestRequest("fraud"));
    Decision.Routed pinned = routed(table, new TestRequest("fraud").version("2"));

    Decision.Routed fallback = drawn.route().fallbackFrom(drawn).orElseThrow();

    assertThat(fallback.variant().name()).isEqualTo("baseline");
    assertThat(fallback.reason()).isEqualTo(Reason.FALLBACK);
    assertThat(fallback.isUnit()).isFalse();
    assertThat(pinned.route().fallbackFrom(pinned)).isEmpty();
    assertThat(fallback.route().fallbackFrom(fallback)).isEmpty();
  }

  @Test
  void an_arm_that_is_not_known_here_serves_but_makes_no_units() {
    Route route =
        Snapshots.canary("fraud", 0)
            .setVariants(
                0,
                Snapshots.variant("baseline", "fraud", "1", 10_000, Arm.ARM_BASELINE).toBuilder()
                    .setArmValue(77))
            .build();

    assertThat(routed(table(route), new TestRequest("fraud")).isUnit()).isFalse();
  }

  @Test
  void a_snapshot_that_cannot_be_obeyed_is_refused_with_the_reason() {
    assertRefused(
        Snapshots.canary("fraud", 500)
            .setVariants(0, Snapshots.variant("baseline", "fraud", "1", 9_000, Arm.ARM_BASELINE)),
        "route fraud: sum of weights: 9500 (expected: 10000)");
    assertRefused(
        Route.newBuilder().setName("fraud"), "route fraud: variants: 0 (expected: 1 to 16)");
    assertRefused(
        Snapshots.canary("fraud", 500)
            .addMatches(HeaderMatch.newBuilder().setHeader("tier").setVariant("gone")),
        "route fraud: matches.variant: \"gone\" (expected: one of [baseline, canary])");
    assertRefused(
        Snapshots.canary("fraud", 500)
            .addMatches(HeaderMatch.newBuilder().setHeader("Tier").setVariant("canary")),
        "route fraud: matches.header: \"Tier\"");
    assertRefused(Snapshots.canary("fraud", 500).setMaxAttempts(4), "route fraud: max_attempts: 4");
    assertRefused(
        Snapshots.canary("fraud", 500).setSticky(StickyKey.newBuilder().setHeader("user")),
        "route fraud: buckets: 0 (expected: 10000, without a gap)");
    assertRefused(
        Snapshots.canary("fraud", 500).setSticky(StickyKey.newBuilder().setSalt("s")),
        "route fraud: sticky: no source that is known here");
    assertRefused(
        sticky(500)
            .clearBuckets()
            .addBuckets(Snapshots.buckets(0, 400, "canary"))
            .addBuckets(Snapshots.buckets(400, 10_000, "baseline")),
        "route fraud: buckets of baseline: 9600 (expected: its weight, 9500)");
    assertRefused(
        sticky(500).addBuckets(Snapshots.buckets(3, 4, "canary")),
        "route fraud: buckets: bucket 3 twice (expected: no overlap)");
  }

  private static void assertRefused(Route.Builder route, String reason) {
    assertThatThrownBy(() -> table(route.build()))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith(reason);
  }

  private static Route.Builder sticky(int canary) {
    return Snapshots.canary("fraud", canary)
        .setSticky(StickyKey.newBuilder().setHeader("user"))
        .addBuckets(Snapshots.buckets(0, canary, "canary"))
        .addBuckets(Snapshots.buckets(canary, 10_000, "baseline"));
  }

  @Test
  void a_text_and_a_number_are_different_keys() {
    var hash = new StickyHash("s");
    assertThat(hash.unit(new KeyValue.Text("42"))).isNotEqualTo(hash.unit(new KeyValue.Whole(42)));
  }
}

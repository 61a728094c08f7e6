package dev.weir.router.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.Randomness;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Condition;
import dev.weir.proto.route.v1.Deny;
import dev.weir.proto.route.v1.Fallback;
import dev.weir.proto.route.v1.FallbackRung;
import dev.weir.proto.route.v1.HeaderMatch;
import dev.weir.proto.route.v1.Match;
import dev.weir.proto.route.v1.Mirror;
import dev.weir.proto.route.v1.Override;
import dev.weir.proto.route.v1.Route;
import dev.weir.router.Snapshots;
import dev.weir.router.wire.KeyValue;
import dev.weir.router.wire.StatusCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** What a route does with a request beyond splitting. */
class TrafficPolicyTest {
  private final RandomGenerator random = Randomness.seeded(7);

  private static Route.Builder route() {
    return Route.newBuilder()
        .setName("fraud")
        .setGeneration(1)
        .addVariants(Snapshots.variant("small", "fraud", "1", 10_000, Arm.ARM_UNSPECIFIED))
        .addVariants(Snapshots.variant("large", "fraud", "2", 0, Arm.ARM_UNSPECIFIED));
  }

  private static Condition.Builder header(String name) {
    return Condition.newBuilder().setHeader(name);
  }

  private Decision decide(Route.Builder route, TestRequest request) {
    return RoutingTable.compile(Snapshots.of(1, route.build())).decide(request, random);
  }

  private String variantOf(Route.Builder route, TestRequest request) {
    return ((Decision.Routed) decide(route, request)).variant().name();
  }

  private static TestRequest request() {
    return new TestRequest("fraud");
  }

  private static Match.Builder toLarge(Condition.Builder... conditions) {
    Match.Builder match = Match.newBuilder().setVariant("large");
    for (Condition.Builder condition : conditions) {
      match.addConditions(condition);
    }
    return match;
  }

  @Test
  void conditions_look_at_metadata_parameters_and_the_caller() {
    Route.Builder exact = route().addRules(toLarge(header("team").setExact("qa")));
    assertThat(variantOf(exact, request().header("team", "qa"))).isEqualTo("large");
    assertThat(variantOf(exact, request().header("team", "QA"))).isEqualTo("small");
    assertThat(variantOf(exact, request())).isEqualTo("small");

    Route.Builder prefix = route().addRules(toLarge(header("team").setPrefix("qa-")));
    assertThat(variantOf(prefix, request().header("team", "qa-1"))).isEqualTo("large");
    assertThat(variantOf(prefix, request().header("team", "qa"))).isEqualTo("small");

    Route.Builder regex = route().addRules(toLarge(header("team").setRegex("qa-[0-9]+")));
    assertThat(variantOf(regex, request().header("team", "qa-12"))).isEqualTo("large");
    assertThat(variantOf(regex, request().header("team", "qa-12x"))).isEqualTo("small");

    Route.Builder absent =
        route().addRules(toLarge(header("team").setPresent(true).setNegate(true)));
    assertThat(variantOf(absent, request())).isEqualTo("large");
    assertThat(variantOf(absent, request().header("team", ""))).isEqualTo("small");

    Route.Builder parameter =
        route().addRules(toLarge(Condition.newBuilder().setParameter("batch").setExact("7")));
    assertThat(variantOf(parameter, request().parameter("batch", new KeyValue.Whole(7))))
        .isEqualTo("large");
    assertThat(variantOf(parameter, request().parameter("batch", new KeyValue.Text("7"))))
        .isEqualTo("large");
    assertThat(variantOf(parameter, request().parameter("batch", new KeyValue.Flag(true))))
        .isEqualTo("small");

    Route.Builder caller =
        route()
            .addRules(
                toLarge(
                    Condition.newBuilder().setClientIdentity(true).setPrefix("spiffe://prod/")));
    assertThat(variantOf(caller, request().from("spiffe://prod/shop"))).isEqualTo("large");
    assertThat(variantOf(caller, request())).isEqualTo("small");
  }

  @Test
  void all_conditions_of_a_rule_must_hold() {
    Route.Builder route =
        route().addRules(toLarge(header("a").setPresent(true), header("b").setPresent(true)));
    assertThat(variantOf(route, request().header("a", ""))).isEqualTo("small");
    assertThat(variantOf(route, request().header("a", "").header("b", ""))).isEqualTo("large");
    assertThat(variantOf(route().addRules(toLarge()), request())).isEqualTo("large");
  }

  /** Against a model of it: random rules, random requests. */
  @Test
  void the_first_rule_that_matches_wins() {
    for (long seed = 1; seed <= 50; seed++) {
      RandomGenerator rules = Randomness.seeded(seed);
      Route.Builder route = route();
      var wanted = new ArrayList<int[]>();
      for (int i = 0; i < 20; i++) {
        int headerNumber = rules.nextInt(6);
        int target = rules.nextInt(3);
        wanted.add(new int[] {headerNumber, target});
        Match.Builder match =
            Match.newBuilder().addConditions(header("h" + headerNumber).setPresent(true));
        switch (target) {
          case 0 -> match.setVariant("small");
          case 1 -> match.setVariant("large");
          default -> match.setDeny(Deny.newBuilder().setMessage("rule " + i));
        }
        route.addRules(match);
      }
      RoutingTable table = RoutingTable.compile(Snapshots.of(1, route.build()));
      for (int n = 0; n < 100; n++) {
        int mask = rules.nextInt(64);
        TestRequest request = request();
        for (int h = 0; h < 6; h++) {
          if ((mask & 1 << h) != 0) {
            request.header("h" + h, "x");
          }
        }
        int first = -1;
        for (int i = wanted.size() - 1; i >= 0; i--) {
          first = (mask & 1 << wanted.get(i)[0]) != 0 ? i : first;
        }
        String expected =
            first < 0
                ? "small SPLIT"
                : switch (wanted.get(first)[1]) {
                  case 0 -> "small MATCH";
                  case 1 -> "large MATCH";
                  default -> "rule " + first;
                };
        String actual =
            switch (table.decide(request, random)) {
              case Decision.Routed routed -> routed.variant().name() + " " + routed.reason();
              case Decision.Refused refused -> refused.message();
            };
        assertThat(actual).as("seed %d, headers %d", seed, mask).isEqualTo(expected);
      }
    }
  }

  @Test
  void older_header_matches_come_before_rules() {
    Route.Builder route =
        route()
            .addMatches(HeaderMatch.newBuilder().setHeader("team").setVariant("small"))
            .addRules(toLarge());
    assertThat(variantOf(route, request().header("team", "x"))).isEqualTo("small");
    assertThat(variantOf(route, request())).isEqualTo("large");
  }

  @Test
  void a_refusal_holds_also_for_a_version_that_is_named_a_variant_does_not() {
    Route.Builder deny = route().addRules(Match.newBuilder().setDeny(Deny.getDefaultInstance()));
    assertThat(decide(deny, request().version("1")))
        .isEqualTo(
            new Decision.Refused(
                StatusCode.PERMISSION_DENIED,
                "Request for model 'fraud': refused by rule match-1"));
    var pinned = (Decision.Routed) decide(route().addRules(toLarge()), request().version("1"));
    assertThat(pinned.reason()).isEqualTo(Reason.PINNED);
    assertThat(pinned.variant().name()).isEqualTo("small");
  }

  @Test
  void an_override_changes_the_treatment_and_leaves_units_units() {
    Route.Builder route =
        Snapshots.canary("fraud", 5_000)
            .addRules(
                Match.newBuilder()
                    .addConditions(header("batch").setPresent(true))
                    .setOverride(
                        Override.newBuilder()
                            .setPriority(dev.weir.proto.route.v1.Priority.PRIORITY_LOW)
                            .setMaxAttempts(1)
                            .setNoFallback(true)));
    route.setTimeout(com.google.protobuf.Duration.newBuilder().setSeconds(3));
    var plain = (Decision.Routed) decide(route, request());
    var batch = (Decision.Routed) decide(route, request().header("batch", ""));

    assertThat(plain.treatment().priority()).isEqualTo(Priority.NORMAL);
    assertThat(batch.treatment().priority()).isEqualTo(Priority.LOW);
    assertThat(batch.treatment().maxAttempts()).isEqualTo(1);
    assertThat(batch.treatment().timeoutNanos()).isEqualTo(3_000_000_000L);
    assertThat(batch.reason()).isEqualTo(Reason.SPLIT);
    assertThat(batch.isUnit()).isTrue();
  }

  @Test
  void an_override_can_name_a_version_that_is_no_variant() {
    Route.Builder route =
        route()
            .addRules(
                Match.newBuilder()
                    .setOverride(Override.newBuilder().setModel("fraud").setVersion("9")));
    var decision = (Decision.Routed) decide(route, request());
    assertThat(decision.variant().served()).isEqualTo(new VersionId("fraud", "9"));
    assertThat(decision.reason()).isEqualTo(Reason.MATCH);
    assertThat(decision.isUnit()).isFalse();
  }

  @Test
  void only_those_who_may_call_do_whatever_they_ask_for() {
    Route.Builder route = route();
    route.getAccessBuilder().addMayCall("spiffe://prod/shop").addMayCall("spiffe://qa/*");

    assertThat(decide(route, request().from("spiffe://prod/shop")))
        .isInstanceOf(Decision.Routed.class);
    assertThat(decide(route, request().from("spiffe://qa/x"))).isInstanceOf(Decision.Routed.class);
    assertThat(decide(route, request().from("spiffe://prod/shop2").version("1")))
        .isEqualTo(
            new Decision.Refused(
                StatusCode.PERMISSION_DENIED,
                "Request for model 'fraud': 'spiffe://prod/shop2' may not call it"));
    assertThat(decide(route, request().version("1")))
        .isEqualTo(
            new Decision.Refused(
                StatusCode.UNAUTHENTICATED,
                "Request for model 'fraud': callers must prove who they are"));
  }

  @Test
  void a_share_of_requests_is_mirrored_but_never_pinned_ones_nor_to_the_version_that_answers() {
    Route.Builder route =
        route()
            .setMirror(
                Mirror.newBuilder().setModel("fraud").setVersion("3").setShareBasisPoints(1_000));
    RoutingTable table = RoutingTable.compile(Snapshots.of(1, route.build()));
    int mirrored = 0;
    for (int i = 0; i < 100_000; i++) {
      mirrored += ((Decision.Routed) table.decide(request(), random)).mirror() == null ? 0 : 1;
    }
    assertThat((double) mirrored).isBetween(10_000 - 3.9 * 95, 10_000 + 3.9 * 95);
    for (int i = 0; i < 1_000; i++) {
      var pinned = (Decision.Routed) table.decide(request().version("1"), random);
      assertThat(pinned.mirror()).isNull();
    }
    Route.Builder itself =
        route()
            .setMirror(
                Mirror.newBuilder().setModel("fraud").setVersion("1").setShareBasisPoints(10_000));
    assertThat(((Decision.Routed) decide(itself, request())).mirror()).isNull();
  }

  @Test
  void the_ladder_goes_by_what_went_wrong_and_never_asks_the_same_version_again() {
    Route.Builder route =
        route()
            .setFallback(
                Fallback.newBuilder()
                    .addRungs(FallbackRung.newBuilder().setVariant("large"))
                    .addRungs(
                        FallbackRung.newBuilder()
                            .setFixed(ModelInferResponse.newBuilder().setId("gone"))
                            .addOn(dev.weir.proto.route.v1.FallbackTrigger.ON_ERROR)));
    var decision = (Decision.Routed) decide(route, request());
    Ladder ladder = Objects.requireNonNull(decision.treatment().ladder());
    VersionId one = new VersionId("fraud", "1");
    VersionId two = new VersionId("fraud", "2");

    assertThat(ladder.next(Ladder.GROUND, FallbackTrigger.UNAVAILABLE, one)).isZero();
    assertThat(ladder.next(Ladder.GROUND, FallbackTrigger.UNAVAILABLE, two)).isEqualTo(-1);
    assertThat(ladder.next(Ladder.GROUND, FallbackTrigger.ERROR, one)).isEqualTo(1);
    assertThat(ladder.next(Ladder.GROUND, FallbackTrigger.LOW_CONFIDENCE, one)).isEqualTo(-1);
    assertThat(ladder.next(1, FallbackTrigger.ERROR, one)).isEqualTo(-1);
    assertThat(((Rung.Fixed) ladder.rung(1)).response()).isEmpty();
    assertThat(decision.route().fallbackFrom(decision))
        .hasValueSatisfying(d -> {
          assertThat(d.variant().name()).isEqualTo("large");
          assertThat(d.reason()).isEqualTo(Reason.FALLBACK);
          assertThat(d.isUnit()).isFalse();
        });
  }

  @Test
  void confidence_is_read_from_a_row_in_any_order() {
    for (List<Double> row : List.of(List.of(1.0, 3.0, 2.0), List.of(3.0, 2.0, 1.0))) {
      var reading = new ConfidenceGate.Row();
      row.forEach(reading::add);
      double sum = Math.exp(-2) + Math.exp(-1) + 1;
      assertThat(reading.confidence(ConfidenceGate.Statistic.LARGEST)).isEqualTo(3);
      assertThat(reading.confidence(ConfidenceGate.Statistic.MARGIN)).isEqualTo(1);
      assertThat(reading.confidence(ConfidenceGate.Statistic.LARGEST_OF_SOFTMAX))
          .isCloseTo(1 / sum, org.assertj.core.data.Offset.offset(1e-12));
      assertThat(reading.confidence(ConfidenceGate.Statistic.MARGIN_OF_SOFTMAX))
          .isCloseTo((1 - Math.exp(-1)) / sum, org.assertj.core.data.Offset.offset(1e-12));
    }
    var broken = new ConfidenceGate.Row();
    broken.add(1);
    broken.add(Double.NaN);
    var gate = new ConfidenceGate("p", ConfidenceGate.Statistic.LARGEST, 0.5);
    assertThat(gate.holdsBack(broken.confidence(gate.statistic()))).isTrue();
    assertThat(gate.holdsBack(0.5)).isFalse();
    assertThat(gate.holdsBack(0.49)).isTrue();
  }
}

package dev.weir.registry.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.route.v1.BucketRange;
import dev.weir.proto.route.v1.Condition;
import dev.weir.proto.route.v1.Experiment;
import dev.weir.proto.route.v1.ExperimentArm;
import dev.weir.proto.route.v1.Layer;
import dev.weir.proto.route.v1.Match;
import dev.weir.proto.route.v1.Route;
import dev.weir.registry.model.VersionId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The parts of a route beyond its split. */
final class RoutePolicyTest {
  private static Route.Builder example() {
    Route.Builder route = Route.newBuilder();
    try {
      JsonFormat.parser()
          .merge(
              Files.readString(Path.of("..", "docs", "examples", "route-with-policy.json")), route);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError("the documented example is no route", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return route;
  }

  @Test
  void the_documented_example_passes() {
    assertThatCode(() -> RouteChecks.check(example().build())).doesNotThrowAnyException();
  }

  static Stream<Arguments> bad() {
    return Stream.of(
        bad(
            r -> r.getAccessBuilder().addMayCall("spiffe://*/x"),
            "route.access.may_call[2]: spiffe://*/x (expected: a * at the end only)"),
        bad(
            r -> r.getRulesBuilder(1).setName("suspended"),
            "route.rules[1].name: suspended (expected: a name used once)"),
        bad(
            r -> r.getRulesBuilder(0).setVariant("nobody"),
            "route.rules[0].variant: nobody (expected: the name of one of the route's variants)"),
        bad(
            r ->
                r.addRules(Match.newBuilder().addConditions(Condition.newBuilder().setHeader("a"))),
            "route.rules[3].conditions[0]: no test (expected: present, exact, prefix or regex)"),
        bad(
            r -> r.getRulesBuilder(1).getConditionsBuilder(0).setRegex("(a{100}){100}"),
            "route.rules[1].conditions[0].regex: \"(a{100}){100}\" (expected: at most 1000"),
        bad(
            r -> r.getRulesBuilder(0).clearAction(),
            "route.rules[0]: no action (expected: variant, deny or override)"),
        bad(
            r -> r.getRulesBuilder(0).getDenyBuilder().setCode(17),
            "route.rules[0].deny.code: 17 (expected: 0 to 16)"),
        bad(
            r -> r.getRulesBuilder(2).getOverrideBuilder().setVersion("0"),
            "route.rules[2].override.model:"),
        bad(
            r -> r.getLayersBuilder(0).getExperimentsBuilder(0).setShareBasisPoints(10_001),
            "route.layers[0].experiments[0].share_basis_points: 10001 (expected: 0 to 10000)"),
        bad(
            r ->
                r.getLayersBuilder(0)
                    .getExperimentsBuilder(0)
                    .getArmsBuilder(0)
                    .setWeightBasisPoints(1),
            "route.layers[0].experiments[0].arms weight_basis_points: sum 5001 (expected: a sum of 10000)"),
        bad(
            r -> r.getLayersBuilder(0).clearKey(),
            "route.layers[0].key: no source (expected: header, parameter, sequence_id or client_identity)"),
        bad(
            r -> r.getMirrorBuilder().setShareBasisPoints(0),
            "route.mirror.share_basis_points: 0 (expected: 1 to 10000)"),
        bad(
            r -> r.getMirrorBuilder().setTimeout(Duration.newBuilder().setSeconds(61)),
            "route.mirror.timeout: 61s 0ns (expected: 1ms to 1m)"),
        bad(
            r -> r.getFallbackBuilder().getRungsBuilder(0).clearOn(),
            "route.fallback.confidence: no rung for unsure answers (expected: a rung with"),
        bad(
            r -> r.getFallbackBuilder().addRungs(r.getFallback().getRungs(1)),
            "route.fallback.rungs[3].cached: a second one (expected: at most one)"),
        bad(
            r -> r.getFallbackBuilder().getConfidenceBuilder().setThreshold(Double.NaN),
            "route.fallback.confidence.threshold: NaN (expected: a finite number)"),
        bad(
            r -> r.getLimitsBuilder().setLowPriorityPercent(95),
            "route.limits.low_priority_percent: 95 (expected: 1 to 90)"),
        bad(
            r -> r.getLimitsBuilder().getClientBuilder().setRequestsPerSecond(-1),
            "route.limits.client.requests_per_second: -1.0 (expected: 0.0 to 1.0E7)"),
        bad(
            r -> r.getRetryBuilder().getHedgeBuilder().setAfterQuantile(1),
            "route.retry.hedge.after_quantile: 1.0 (expected: 0.5 to 0.999)"));
  }

  private static Arguments bad(Consumer<Route.Builder> change, String message) {
    return Arguments.of(change, message);
  }

  @ParameterizedTest
  @MethodSource("bad")
  void a_bad_part_is_refused_by_the_field_that_is_wrong(
      Consumer<Route.Builder> change, String message) {
    Route.Builder route = example();
    change.accept(route);
    assertThatThrownBy(() -> RouteChecks.check(route.build()))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void workers_hold_the_versions_of_variants_overrides_and_the_mirror() {
    Route.Builder route = example();
    route.getRulesBuilder(2).getOverrideBuilder().setModel("fraud").setVersion("2");

    assertThat(Routes.versions(route.build()))
        .containsOnlyKeys(
            new VersionId("fraud", 2),
            new VersionId("fraud", 3),
            new VersionId("fraud", 4),
            new VersionId("fraud", 5))
        .containsEntry(new VersionId("fraud", 5), "mirror of route fraud")
        .containsEntry(new VersionId("fraud", 2), "rule 3 of route fraud");
  }

  @Test
  void a_variant_is_renamed_wherever_it_is_named() {
    Route before = Routes.next(null, example().build());
    Route after = Routes.renamed(Routes.renamed(before, "small", "baseline"), "large", "big");

    assertThatCode(() -> RouteChecks.check(after)).doesNotThrowAnyException();
    assertThat(Routes.renamed(Routes.renamed(after, "baseline", "small"), "big", "large"))
        .isEqualTo(before);
    Route plain = Route.newBuilder().setName("x").build();
    assertThat(Routes.renamed(plain, "a", "b")).isEqualTo(plain);
  }

  @Test
  void the_same_route_put_again_keeps_its_layouts() {
    Route first = Routes.next(null, example().build());
    Route again = Routes.next(first, example().build());

    assertThat(again.toBuilder().setGeneration(1).build()).isEqualTo(first);
    assertThat(first.getLayers(0).getSlotsList())
        .containsExactly(
            BucketRange.newBuilder().setFirst(0).setEnd(2_000).setVariant("large-for-all").build());
  }

  /**
   * Over random histories of shares and weights: no two experiments share a slot, nothing moves in
   * vain.
   */
  @Test
  void layers_keep_experiments_apart_and_move_no_key_without_need() {
    for (long seed = 1; seed <= 20; seed++) {
      RandomGenerator random = Randomness.seeded(seed);
      Route before = Routes.next(null, withShares(random));
      for (int change = 0; change < 20; change++) {
        Route after = Routes.next(before, withShares(random));
        Layer was = before.getLayers(0);
        Layer is = after.getLayers(0);
        String[] slotsBefore = owners(was.getSlotsList());
        String[] slotsAfter = owners(is.getSlotsList());
        for (int e = 0; e < is.getExperimentsCount(); e++) {
          Experiment experiment = is.getExperiments(e);
          assertMoves(
              seed,
              slotsBefore,
              slotsAfter,
              experiment.getName(),
              was.getExperiments(e).getShareBasisPoints(),
              experiment.getShareBasisPoints());
          String[] armsBefore = owners(was.getExperiments(e).getBucketsList());
          String[] armsAfter = owners(experiment.getBucketsList());
          for (int a = 0; a < experiment.getArmsCount(); a++) {
            assertMoves(
                seed,
                armsBefore,
                armsAfter,
                experiment.getArms(a).getName(),
                was.getExperiments(e).getArms(a).getWeightBasisPoints(),
                experiment.getArms(a).getWeightBasisPoints());
          }
        }
        before = after;
      }
    }
  }

  private static Route withShares(RandomGenerator random) {
    Route.Builder route = example();
    Layer.Builder layer = route.getLayersBuilder(0).clearExperiments();
    int left = 10_000;
    for (int e = 0; e < 4; e++) {
      int share = random.nextInt(left + 1);
      left -= share;
      int first = random.nextInt(10_001);
      layer.addExperiments(
          Experiment.newBuilder()
              .setName("experiment-" + e)
              .setShareBasisPoints(share)
              .addArms(arm("a", first))
              .addArms(arm("b", 10_000 - first)));
    }
    return route.build();
  }

  private static ExperimentArm arm(String name, int weight) {
    return ExperimentArm.newBuilder()
        .setName(name)
        .setVariant("small")
        .setWeightBasisPoints(weight)
        .build();
  }

  private static String[] owners(List<BucketRange> ranges) {
    var owners = new String[StickyLayout.BUCKETS];
    Arrays.fill(owners, "");
    for (BucketRange range : ranges) {
      for (int bucket = range.getFirst(); bucket < range.getEnd(); bucket++) {
        assertThat(owners[bucket]).as("bucket %d", bucket).isEmpty();
        owners[bucket] = range.getVariant();
      }
    }
    return owners;
  }

  private static void assertMoves(
      long seed, String[] before, String[] after, String name, int weightBefore, int weight) {
    int gained = 0;
    int lost = 0;
    int owned = 0;
    for (int bucket = 0; bucket < before.length; bucket++) {
      boolean had = before[bucket].equals(name);
      boolean has = after[bucket].equals(name);
      owned += has ? 1 : 0;
      gained += has && !had ? 1 : 0;
      lost += had && !has ? 1 : 0;
    }
    assertThat(owned).as("seed %d: %s", seed, name).isEqualTo(weight);
    assertThat(gained).as("seed %d: %s", seed, name).isEqualTo(Math.max(0, weight - weightBefore));
    assertThat(lost).as("seed %d: %s", seed, name).isEqualTo(Math.max(0, weightBefore - weight));
  }
}

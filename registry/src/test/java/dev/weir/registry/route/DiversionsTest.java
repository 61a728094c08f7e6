package dev.weir.registry.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.CachedAnswer;
import dev.weir.proto.route.v1.ConfidenceGate;
import dev.weir.proto.route.v1.Deny;
import dev.weir.proto.route.v1.Diversion;
import dev.weir.proto.route.v1.Experiment;
import dev.weir.proto.route.v1.ExperimentArm;
import dev.weir.proto.route.v1.Fallback;
import dev.weir.proto.route.v1.FallbackRung;
import dev.weir.proto.route.v1.FallbackTrigger;
import dev.weir.proto.route.v1.HeaderMatch;
import dev.weir.proto.route.v1.Layer;
import dev.weir.proto.route.v1.Match;
import dev.weir.proto.route.v1.Mirror;
import dev.weir.proto.route.v1.Override;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.StickyKey;
import dev.weir.proto.route.v1.Variant;
import org.junit.jupiter.api.Test;

/** What routers are told of a diverted route. */
final class DiversionsTest {
  private static final StickyKey KEY = StickyKey.newBuilder().setHeader("user").build();

  private static Variant.Builder variant(String name, int weight) {
    return Variant.newBuilder()
        .setName(name)
        .setModel("m")
        .setVersion("1")
        .setWeightBasisPoints(weight);
  }

  /** A route with every part that names a variant. */
  private static Route whole() {
    return Routes.next(
        null,
        Route.newBuilder()
            .setName("m")
            .addVariants(variant("a", 7_000))
            .addVariants(variant("b", 3_000))
            .addVariants(variant("small", 0))
            .addMatches(HeaderMatch.newBuilder().setHeader("x").setVariant("b"))
            .setSticky(KEY)
            .addRules(Match.newBuilder().setName("bad").setDeny(Deny.getDefaultInstance()))
            .addRules(Match.newBuilder().setName("to-b").setVariant("b"))
            .addRules(
                Match.newBuilder()
                    .setName("other")
                    .setOverride(
                        Override.newBuilder()
                            .setModel("m")
                            .setVersion("9")
                            .setTimeout(Duration.newBuilder().setSeconds(3))))
            .addLayers(
                Layer.newBuilder()
                    .setName("l")
                    .setKey(KEY)
                    .addExperiments(
                        Experiment.newBuilder()
                            .setName("e")
                            .setShareBasisPoints(5_000)
                            .addArms(
                                ExperimentArm.newBuilder()
                                    .setName("x")
                                    .setVariant("b")
                                    .setWeightBasisPoints(10_000))))
            .setMirror(Mirror.newBuilder().setModel("m").setVersion("9").setShareBasisPoints(1))
            .setFallback(
                Fallback.newBuilder()
                    .addRungs(
                        FallbackRung.newBuilder()
                            .addOn(FallbackTrigger.ON_LOW_CONFIDENCE)
                            .setVariant("small"))
                    .addRungs(
                        FallbackRung.newBuilder().setCached(CachedAnswer.getDefaultInstance()))
                    .setConfidence(
                        ConfidenceGate.newBuilder()
                            .setOutput("p")
                            .setStatistic(ConfidenceGate.Statistic.LARGEST)
                            .setThreshold(0.5)))
            .build());
  }

  private static Route diverted(Route route) {
    return Diversions.diverted(
        route,
        Diversion.newBuilder()
            .setVariant(Diversions.target(route).orElseThrow().getName())
            .build());
  }

  @Test
  void everything_that_is_not_refused_goes_to_the_fallback() {
    Route published = Diversions.published(diverted(whole()));
    assertThat(published.getVariantsList())
        .extracting(Variant::getName, Variant::getWeightBasisPoints)
        .containsExactly(
            org.assertj.core.api.Assertions.tuple("a", 0),
            org.assertj.core.api.Assertions.tuple("b", 0),
            org.assertj.core.api.Assertions.tuple("small", 10_000));
    assertThat(published.getBucketsList()).hasSize(1);
    assertThat(published.getMatches(0).getVariant()).isEqualTo("small");
    assertThat(published.getRules(0).hasDeny()).isTrue();
    assertThat(published.getRules(1).getVariant()).isEqualTo("small");
    assertThat(published.getRules(2).getOverride().getVersion()).isEmpty();
    assertThat(published.getRules(2).getOverride().getTimeout().getSeconds()).isEqualTo(3);
    assertThat(published.getLayersList()).isEmpty();
    assertThat(published.hasMirror()).isFalse();
    assertThat(published.getFallback().getRungsList()).hasSize(1);
    assertThat(published.getFallback().getRungs(0).hasCached()).isTrue();
    assertThat(published.getFallback().hasConfidence()).isFalse();
  }

  @Test
  void what_is_published_keeps_the_rules_of_routes() {
    RouteChecks.check(Diversions.published(diverted(whole())));
  }

  @Test
  void sticky_keys_are_back_where_they_were_when_it_is_restored() {
    Route route = whole();
    Route restored = Diversions.restored(diverted(route));
    assertThat(restored).isEqualTo(route.toBuilder().setGeneration(3).build());
    assertThat(Diversions.published(diverted(route)).getDiversion().getRestored())
        .isEqualTo(route.toBuilder().setGeneration(2).build());
  }

  @Test
  void a_ladder_that_has_no_other_rung_is_gone() {
    Route route =
        whole().toBuilder()
            .setFallback(
                Fallback.newBuilder().addRungs(FallbackRung.newBuilder().setVariant("small")))
            .build();
    assertThat(Diversions.published(diverted(route)).hasFallback()).isFalse();
  }

  @Test
  void neither_what_has_all_requests_nor_a_side_of_a_comparison_is_a_target() {
    Route.Builder route = whole().toBuilder().clearVariants();
    route.addVariants(variant("small", 10_000));
    assertThat(Diversions.target(route.build())).isEmpty();
    route.setVariants(0, variant("small", 9_000).setArm(Arm.ARM_BASELINE));
    assertThat(Diversions.target(route.build())).isEmpty();
    route.setVariants(0, variant("small", 9_000));
    assertThat(Diversions.target(route.build())).isPresent();
  }
}

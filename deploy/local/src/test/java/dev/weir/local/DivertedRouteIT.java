package dev.weir.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.loadtest.report.LoadStatistics;
import dev.weir.local.mesh.Components;
import dev.weir.proto.registry.v1.DivertRouteRequest;
import dev.weir.proto.registry.v1.PutRouteRequest;
import dev.weir.proto.registry.v1.RestoreRouteRequest;
import dev.weir.proto.route.v1.Fallback;
import dev.weir.proto.route.v1.FallbackRung;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Variant;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A route that is sent to its fallback while clients call: real services as processes. */
final class DivertedRouteIT {
  private static final Duration EFFECTIVE_WITHIN = Duration.ofSeconds(1);

  @TempDir static Path folder;

  private static Variant.Builder variant(String name, String version, int weight) {
    return Variant.newBuilder()
        .setName(name)
        .setModel("employment")
        .setVersion(version)
        .setWeightBasisPoints(weight);
  }

  /** All to version 3; version 1 is what is known to work. */
  private static PutRouteRequest withFallback() {
    return PutRouteRequest.newBuilder()
        .setRoute(
            Route.newBuilder()
                .setName("employment")
                .addVariants(variant("baseline", "3", 10_000))
                .addVariants(variant("old", "1", 0))
                .setFallback(
                    Fallback.newBuilder().addRungs(FallbackRung.newBuilder().setVariant("old"))))
        .build();
  }

  /** Waits until only this version answers: it has a second to, and the test one more to see it. */
  private static void awaitOnly(MeshUnderTest under, String version) {
    await()
        .atMost(EFFECTIVE_WITHIN.plusSeconds(1))
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(() -> {
          LoadStatistics window = under.openWindow();
          MeshUnderTest.awaitEnded(window, 20);
          assertThat(window.versions()).containsOnlyKeys("employment/" + version);
        });
    LoadStatistics settled = under.openWindow();
    MeshUnderTest.awaitEnded(settled, 200);
    assertThat(settled.versions()).containsOnlyKeys("employment/" + version);
  }

  @Test
  void all_requests_go_to_the_fallback_within_a_second_and_back_and_none_fails() throws Exception {
    try (MeshUnderTest under =
        MeshUnderTest.start(folder.resolve("mesh"), Components.EMBEDDED, Map.of())) {
      under.push(3);
      var rollouts = under.registry();
      rollouts.rollouts().putRoute(withFallback());
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> {
            LoadStatistics window = under.openWindow();
            MeshUnderTest.awaitEnded(window, 20);
            assertThat(window.versions()).containsOnlyKeys("employment/3");
          });

      rollouts
          .rollouts()
          .divertRoute(
              DivertRouteRequest.newBuilder().setRoute("employment").setReason("test").build());
      awaitOnly(under, "1");

      rollouts
          .rollouts()
          .restoreRoute(RestoreRouteRequest.newBuilder().setRoute("employment").build());
      awaitOnly(under, "3");
      assertThat(under.total.failed()).as(under.total.report(1).text()).isZero();
    }
  }
}

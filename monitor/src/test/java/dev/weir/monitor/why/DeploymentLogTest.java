package dev.weir.monitor.why;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.registry.v1.Alias;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.MonitoringPolicy;
import dev.weir.proto.route.v1.Mirror;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutSpec;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.RolloutStep;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.proto.route.v1.Variant;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DeploymentLogTest {
  private static final Snapshot EMPTY = Snapshot.newBuilder().setEpoch("e").build();

  private final TestClock clock = new TestClock();
  private final DeploymentLog log = new DeploymentLog(config(3), clock);

  private static WhyConfig config(int maxDeployments) {
    WhyConfig usual = WhyConfig.defaults();
    return new WhyConfig(
        usual.maxWaitingSamples(),
        usual.maxFeatures(),
        usual.maxVersions(),
        usual.maxClasses(),
        usual.window(),
        usual.windows(),
        usual.maxRemembered(),
        usual.maxExamples(),
        maxDeployments);
  }

  private static Route.Builder route(String name, int... weights) {
    var route = Route.newBuilder().setName(name);
    for (int i = 0; i < weights.length; i++) {
      route.addVariants(
          Variant.newBuilder()
              .setName(i == 0 ? "baseline" : "canary")
              .setModel("m")
              .setVersion(Integer.toString(i + 1))
              .setWeightBasisPoints(weights[i]));
    }
    return route;
  }

  private static Rollout.Builder rollout(RolloutState state) {
    return Rollout.newBuilder()
        .setId("rollout-1")
        .setBaselineVersion("1")
        .setState(state)
        .setSpec(
            RolloutSpec.newBuilder()
                .setRoute("r")
                .setCanaryVersion("2")
                .addSteps(RolloutStep.newBuilder().setCanaryBasisPoints(500))
                .addSteps(RolloutStep.newBuilder().setCanaryBasisPoints(10_000)));
  }

  private List<String> said(String route, String model) {
    return log.about(route, model, Instant.EPOCH, 100).deployments().stream()
        .map(deployment -> deployment.kind() + " " + deployment.what())
        .toList();
  }

  private static List<String> changes(Snapshot.Builder older, Snapshot.Builder newer) {
    return SnapshotChanges.between(older.build(), newer.build(), Instant.EPOCH).stream()
        .map(deployment -> deployment.kind() + " " + deployment.what())
        .toList();
  }

  @Test
  void weights_and_settings_of_a_route_are_told() {
    assertThat(
            changes(
                Snapshot.newBuilder()
                    .addRoutes(route("r", 10_000).setGeneration(1))
                    .addRoutes(route("old", 10_000)),
                Snapshot.newBuilder()
                    .addRoutes(
                        route("r", 9_950, 50)
                            .setGeneration(2)
                            .setRolloutId("x")
                            .setMirror(Mirror.newBuilder().setModel("m"))
                            .setTimeout(Duration.newBuilder().setSeconds(1)))
                    .addRoutes(route("new", 10_000))))
        .containsExactly(
            "WEIGHTS baseline m/1 from 100 % to 99.50 %, canary m/2 0.50 %",
            "SETTINGS changed: mirror, timeout",
            "ROUTE route added: baseline m/1 100 %",
            "ROUTE route removed");
  }

  @Test
  void states_and_steps_of_rollouts_are_told_with_their_time_and_reason() {
    Instant entered = Instant.parse("2026-01-01T12:00:00Z");
    log.follow(EMPTY);
    log.follow(EMPTY.toBuilder().addRollouts(rollout(RolloutState.PREPARING)).build());
    log.follow(EMPTY.toBuilder().addRollouts(rollout(RolloutState.PROGRESSING).setStep(1)).build());
    log.follow(
        EMPTY.toBuilder()
            .addRollouts(
                rollout(RolloutState.ROLLED_BACK)
                    .setReason("errors")
                    .setEnteredAt(Timestamp.newBuilder().setSeconds(entered.getEpochSecond()))
                    .setEndedAt(Timestamp.newBuilder().setSeconds(entered.getEpochSecond())))
            .build());
    assertThat(said("r", "m"))
        .containsExactlyInAnyOrder(
            "ROLLOUT rollout of version 2 beside 1: preparing, step 1 of 2 with 5 %",
            "ROLLOUT rollout of version 2 beside 1: progressing, step 2 of 2 with 100 %",
            "ROLLOUT rollout of version 2 beside 1: rolled back: errors");
    assertThat(log.about("r", "m", Instant.EPOCH, 100).deployments())
        .anyMatch(deployment -> deployment.at().equals(entered));
    assertThat(said("other", "m")).isEmpty();
  }

  @Test
  void versions_aliases_and_another_database_are_told() {
    var one = ModelVersion.newBuilder().setModel("m").setVersion("1");
    assertThat(
            changes(
                Snapshot.newBuilder()
                    .setEpoch("e")
                    .addVersions(one)
                    .addVersions(one.clone().setVersion("0"))
                    .addAliases(
                        Alias.newBuilder().setModel("m").setAlias("champion").setVersion("1"))
                    .addAliases(Alias.newBuilder().setModel("m").setAlias("gone").setVersion("1")),
                Snapshot.newBuilder()
                    .setEpoch("f")
                    .addVersions(
                        one.clone().setMonitoring(MonitoringPolicy.newBuilder().setSeasonal(true)))
                    .addVersions(one.clone().setVersion("2"))
                    .addAliases(
                        Alias.newBuilder().setModel("m").setAlias("champion").setVersion("2"))))
        .containsExactly(
            "REGISTRY the registry has another database",
            "VERSION version 1 changed: monitoring",
            "VERSION version 2 came",
            "VERSION version 0 went",
            "ALIAS alias champion from version 1 to version 2",
            "ALIAS alias gone removed");
  }

  @Test
  void the_first_snapshot_tells_only_since_when_rollouts_are_as_they_are() {
    log.follow(
        EMPTY.toBuilder()
            .addRoutes(route("r", 10_000))
            .addRollouts(rollout(RolloutState.PAUSED).setId("no time"))
            .addRollouts(
                rollout(RolloutState.PROGRESSING).setEnteredAt(Timestamp.getDefaultInstance()))
            .build());
    assertThat(said("r", "")).singleElement().asString().contains("progressing");
  }

  @Test
  void the_same_snapshot_again_is_no_change() {
    var snapshot = EMPTY.toBuilder().addRoutes(route("r", 10_000)).build();
    log.follow(snapshot);
    log.follow(snapshot.toBuilder().setRevision(2).build());
    assertThat(said("r", "m")).isEmpty();
  }

  @Test
  void the_oldest_make_room_and_are_counted() {
    log.follow(EMPTY);
    for (int i = 0; i < 5; i++) {
      clock.advance(java.time.Duration.ofMinutes(1));
      log.follow(EMPTY.toBuilder().addRoutes(route("r", 10_000 - i, i)).build());
    }
    DeploymentLog.Known known = log.about("r", "", Instant.EPOCH, 2);
    assertThat(known.forgotten()).isEqualTo(2);
    assertThat(known.since()).isEqualTo(clock.now().minus(java.time.Duration.ofMinutes(3)));
    assertThat(known.deployments()).hasSize(2);
    assertThat(known.deployments().getFirst().at()).isEqualTo(clock.now());
    assertThat(log.about("r", "", clock.now(), 100).deployments()).hasSize(1);
  }

  @Test
  void a_long_reason_is_cut() {
    assertThat(
            new Deployment(Instant.EPOCH, Deployment.Kind.ROLLOUT, "r", "", "x".repeat(400)).what())
        .hasSize(300)
        .endsWith("…");
  }
}

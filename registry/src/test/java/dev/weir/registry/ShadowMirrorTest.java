package dev.weir.registry;

import static dev.weir.registry.RegistryFixture.route;
import static dev.weir.registry.RegistryFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.proto.registry.v1.SteerRolloutRequest;
import dev.weir.proto.registry.v1.SteerRolloutRequest.Command;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.Mirror;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutSpec;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.ShadowAgreement;
import dev.weir.proto.worker.v1.VersionState;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies for a canary whose guardrails need them. */
final class ShadowMirrorTest {
  @TempDir Path folder;
  private RegistryFixture registry;

  @BeforeEach
  void open() throws IOException {
    registry = new RegistryFixture(folder);
    registry.push("1");
    registry.push("2");
    registry.push("3");
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private static RolloutSpec.Builder withShadow(int shareBasisPoints) {
    return spec("2", 500, 10_000)
        .addGuardrails(
            Guardrail.newBuilder()
                .setName("shadow")
                .setShadowAgreement(
                    ShadowAgreement.newBuilder().setMirrorBasisPoints(shareBasisPoints)));
  }

  private static Mirror.Builder mirrorTo(String version) {
    return Mirror.newBuilder().setModel("fraud").setVersion(version).setShareBasisPoints(42);
  }

  private Rollout begun(RolloutSpec.Builder spec) {
    Rollout rollout = registry.start(spec);
    registry.report("worker-1", "2", VersionState.AVAILABLE);
    assertThat(registry.rollout(rollout.getId()).getState()).isEqualTo(RolloutState.PROGRESSING);
    return rollout;
  }

  private void steer(Rollout rollout, Command command) {
    var unused =
        registry.rollouts.steerRollout(
            SteerRolloutRequest.newBuilder()
                .setRolloutId(rollout.getId())
                .setCommand(command)
                .build());
  }

  private Route published() {
    return registry.newest().getRoutes(0);
  }

  @Test
  void the_route_copies_to_the_canary_while_it_has_traffic_and_no_longer() {
    registry.put(route("1"));
    Rollout rollout = registry.start(withShadow(700));
    assertThat(published().hasMirror()).isFalse();
    registry.report("worker-1", "2", VersionState.AVAILABLE);
    assertThat(published().getMirror())
        .isEqualTo(
            Mirror.newBuilder()
                .setModel("fraud")
                .setVersion("2")
                .setShareBasisPoints(700)
                .setRolloutId(rollout.getId())
                .build());
    steer(rollout, Command.PAUSE);
    steer(rollout, Command.PROMOTE);
    assertThat(published().hasMirror()).isTrue();
    steer(rollout, Command.PROMOTE);
    assertThat(registry.rollout(rollout.getId()).getState()).isEqualTo(RolloutState.COMPLETED);
    assertThat(published().hasMirror()).isFalse();
  }

  @Test
  void a_tenth_is_copied_unless_the_guardrail_says_otherwise() {
    registry.put(route("1"));
    Rollout rollout = begun(withShadow(0));
    assertThat(published().getMirror().getShareBasisPoints()).isEqualTo(1_000);
    steer(rollout, Command.ABORT);
    assertThat(published().hasMirror()).isFalse();
  }

  @Test
  void a_rollout_without_such_a_guardrail_copies_nothing() {
    registry.put(route("1"));
    begun(spec("2", 500, 10_000));
    assertThat(published().hasMirror()).isFalse();
  }

  @Test
  void a_mirror_that_the_route_has_already_stays_as_it_is() {
    registry.put(route("1").setMirror(mirrorTo("2").setRolloutId("forged")));
    assertThat(published().getMirror().getRolloutId()).isEmpty();
    Rollout rollout = begun(withShadow(700));
    assertThat(published().getMirror()).isEqualTo(mirrorTo("2").build());
    steer(rollout, Command.ABORT);
    assertThat(published().getMirror()).isEqualTo(mirrorTo("2").build());
  }

  @Test
  void a_route_that_mirrors_elsewhere_is_refused_by_what_would_have_to_change() {
    registry.put(route("1").setMirror(mirrorTo("3")));
    assertThatThrownBy(() -> registry.start(withShadow(700)))
        .hasMessageContaining("FAILED_PRECONDITION: route fraud mirrors to fraud/3")
        .hasMessageContaining("put the route without its mirror");
    assertThat(registry.start(spec("2", 500, 10_000)).getState()).isEqualTo(RolloutState.PREPARING);
  }

  @Test
  void a_share_that_is_none_is_refused() {
    registry.put(route("1"));
    assertThatThrownBy(() -> registry.start(withShadow(10_001)))
        .hasMessageContaining(
            "spec.guardrails[0].shadow_agreement.mirror_basis_points: 10001 (expected: 0 to 10000)");
  }
}

package dev.weir.monitor.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.TestClock;
import dev.weir.proto.registry.v1.DivertRouteRequest;
import dev.weir.proto.registry.v1.DivertRouteResponse;
import dev.weir.proto.registry.v1.RolloutServiceGrpc;
import dev.weir.proto.registry.v1.SteerRolloutRequest;
import dev.weir.proto.registry.v1.SteerRolloutResponse;
import dev.weir.proto.route.v1.Diversion;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutSpec;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Snapshot;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class RegistryActionsTest {
  private static final String RATHER_LONG = "x".repeat(2_000);

  private final TestClock clock = new TestClock();
  private final List<String> asked = new ArrayList<>();
  private boolean refuses;
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws IOException {
    String name = "actions-" + System.identityHashCode(this);
    server =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .addService(new FakeRegistry())
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  /** A registry that does what it is told. */
  private final class FakeRegistry extends RolloutServiceGrpc.RolloutServiceImplBase {
    @Override
    public void steerRollout(
        SteerRolloutRequest request, StreamObserver<SteerRolloutResponse> observer) {
      asked.add(request.getCommand() + " " + request.getRolloutId());
      reply(observer, SteerRolloutResponse.getDefaultInstance());
    }

    @Override
    public void divertRoute(
        DivertRouteRequest request, StreamObserver<DivertRouteResponse> observer) {
      assertThat(request.getReason()).startsWith("alert 1: x").hasSizeLessThanOrEqualTo(1_024);
      asked.add("divert " + request.getRoute());
      reply(observer, DivertRouteResponse.getDefaultInstance());
    }

    private <T> void reply(StreamObserver<T> observer, T response) {
      if (refuses) {
        observer.onError(Status.FAILED_PRECONDITION.asRuntimeException());
        return;
      }
      observer.onNext(response);
      observer.onCompleted();
    }
  }

  private static AlertConfig config(String pause, String abort, String fallback) {
    AlertConfig usual = AlertConfig.defaults();
    return new AlertConfig(
        usual.pendingFor(),
        usual.quietFor(),
        usual.staleAfter(),
        usual.repeatEvery(),
        usual.groupBy(),
        usual.groupWait(),
        usual.groupInterval(),
        usual.maxAlerts(),
        usual.maxSilences(),
        usual.webhooks(),
        usual.maxWaitingMessages(),
        usual.attempts(),
        usual.timeout(),
        pause,
        abort,
        fallback,
        usual.fallbackRest(),
        usual.retrainWebhooks(),
        usual.retrainOn(),
        usual.retrainEvery(),
        usual.toleratedLoss());
  }

  private RegistryActions actions(AlertConfig config) {
    return new RegistryActions(config, channel, clock);
  }

  private static Snapshot.Builder snapshot() {
    return Snapshot.newBuilder().addRoutes(Route.newBuilder().setName("r"));
  }

  private static Snapshot diverted() {
    return Snapshot.newBuilder()
        .addRoutes(
            Route.newBuilder().setName("r").setDiversion(Diversion.newBuilder().setVariant("old")))
        .build();
  }

  private static Rollout rollout(RolloutState state) {
    return Rollout.newBuilder()
        .setId("20260101")
        .setModel("m")
        .setState(state)
        .setSpec(RolloutSpec.newBuilder().setRoute("r").setCanaryVersion("2"))
        .build();
  }

  private static Alert alert(Severity severity, String version, String... more) {
    var labels = new HashMap<>(Map.of("route", "r", "model", "m", "version", version));
    if (more.length > 0) {
      labels.put("rollout", more[0]);
    }
    var finding =
        Finding.of("ErrorRateDrift", labels, severity, RATHER_LONG, Instant.EPOCH, Map.of());
    return FiringAlert.of(finding);
  }

  @Test
  void nothing_is_done_unless_a_severity_is_named() {
    RegistryActions actions = actions(AlertConfig.defaults());
    actions.follow(snapshot().addRollouts(rollout(RolloutState.PROGRESSING)).build());
    actions.fires(alert(Severity.CRITICAL, "1"));
    assertThat(asked).isEmpty();
  }

  @Test
  void a_route_is_diverted_from_its_severity_on() {
    RegistryActions actions = actions(config("NEVER", "NEVER", "CRITICAL"));
    actions.follow(snapshot().build());
    actions.fires(alert(Severity.WARNING, "1"));
    assertThat(asked).isEmpty();
    actions.fires(alert(Severity.CRITICAL, "1"));
    assertThat(asked).containsExactly("divert r");
  }

  @Test
  void a_route_that_is_diverted_or_not_there_is_left_alone() {
    RegistryActions actions = actions(config("NEVER", "NEVER", "INFO"));
    actions.fires(alert(Severity.CRITICAL, "1"));
    actions.follow(diverted());
    actions.fires(alert(Severity.CRITICAL, "1"));
    assertThat(asked).isEmpty();
  }

  @Test
  void an_alert_about_a_rollout_or_its_canary_steers_the_rollout_alone() {
    RegistryActions actions = actions(config("WARNING", "CRITICAL", "CRITICAL"));
    actions.follow(snapshot().addRollouts(rollout(RolloutState.PROGRESSING)).build());
    actions.fires(alert(Severity.CRITICAL, "2"));
    actions.fires(alert(Severity.CRITICAL, "2", "20260101"));
    assertThat(asked).containsExactly("ABORT 20260101", "ABORT 20260101");
    actions.follow(snapshot().build());
    actions.fires(alert(Severity.CRITICAL, "2", "20260101"));
    assertThat(asked).hasSize(2);
  }

  @Test
  void an_alert_about_what_serves_steers_the_rollout_first_and_diverts_the_route_then() {
    RegistryActions actions = actions(config("WARNING", "NEVER", "CRITICAL"));
    actions.follow(snapshot().addRollouts(rollout(RolloutState.PROGRESSING)).build());
    actions.fires(alert(Severity.CRITICAL, "1"));
    assertThat(asked).containsExactly("PAUSE 20260101", "divert r");
  }

  @Test
  void a_rollout_that_is_preparing_cannot_be_paused() {
    RegistryActions actions = actions(config("WARNING", "NEVER", "NEVER"));
    actions.follow(snapshot().addRollouts(rollout(RolloutState.PREPARING)).build());
    actions.fires(alert(Severity.CRITICAL, "1"));
    assertThat(asked).isEmpty();
  }

  @Test
  void a_route_that_was_restored_rests_and_can_be_diverted_again_afterwards() {
    AlertConfig config = config("NEVER", "NEVER", "CRITICAL");
    RegistryActions actions = actions(config);
    actions.follow(diverted());
    actions.follow(snapshot().build());
    actions.fires(alert(Severity.CRITICAL, "1"));
    clock.advance(config.fallbackRest().minusSeconds(1));
    actions.fires(alert(Severity.CRITICAL, "1"));
    assertThat(asked).isEmpty();
    clock.advance(java.time.Duration.ofSeconds(1));
    actions.fires(alert(Severity.CRITICAL, "1"));
    assertThat(asked).containsExactly("divert r");
  }

  @Test
  void what_the_registry_refuses_is_not_tried_again() {
    refuses = true;
    RegistryActions actions = actions(config("NEVER", "NEVER", "CRITICAL"));
    actions.follow(snapshot().build());
    actions.fires(alert(Severity.CRITICAL, "1"));
    assertThat(asked).containsExactly("divert r");
  }
}

package dev.weir.monitor.alert;

import dev.weir.proto.registry.v1.RolloutServiceGrpc;
import dev.weir.proto.registry.v1.SteerRolloutRequest;
import dev.weir.proto.registry.v1.SteerRolloutRequest.Command;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Snapshot;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pauses or ends the rollout under way on an alert's route, when its severity asks for it. Once per
 * alert; what was paused or ended stays so: people decide. Thread-safe.
 */
public final class RolloutActions implements AlertListener {
  private static final Logger LOG = LoggerFactory.getLogger(RolloutActions.class);

  private final AlertConfig config;
  private final Channel registry;
  private volatile Snapshot newest = Snapshot.getDefaultInstance();

  /** Acts through a registry. */
  public RolloutActions(AlertConfig config, Channel registry) {
    this.config = config;
    this.registry = registry;
  }

  /** Takes the newest word about rollouts. */
  public void follow(Snapshot snapshot) {
    newest = snapshot;
  }

  @Override
  public void fires(Alert alert) {
    Severity severity = alert.finding().severity();
    boolean abort = AlertConfig.isDue(config.abortRolloutAt(), severity);
    if (abort || AlertConfig.isDue(config.pauseRolloutAt(), severity)) {
      rollout(alert).ifPresent(id -> steer(id, abort ? Command.ABORT : Command.PAUSE, alert));
    }
  }

  private Optional<String> rollout(Alert alert) {
    String route = alert.finding().labels().getOrDefault("route", "");
    return newest.getRolloutsList().stream()
        .filter(rollout -> rollout.getSpec().getRoute().equals(route))
        .filter(rollout ->
            rollout.getState() == RolloutState.PROGRESSING
                || rollout.getState() == RolloutState.PREPARING)
        .map(Rollout::getId)
        .findFirst();
  }

  private void steer(String rollout, Command command, Alert alert) {
    try {
      RolloutServiceGrpc.newBlockingStub(registry)
          .withDeadlineAfter(config.timeout().toMillis(), TimeUnit.MILLISECONDS)
          .steerRollout(
              SteerRolloutRequest.newBuilder()
                  .setRolloutId(rollout)
                  .setCommand(command)
                  .setReason("alert " + alert.id() + ": " + alert.finding().summary())
                  .build());
      LOG.atWarn()
          .addKeyValue("rollout", rollout)
          .addKeyValue("command", command)
          .addKeyValue("alert", alert.id())
          .log("an alert steers a rollout");
    } catch (StatusRuntimeException e) {
      LOG.atError()
          .addKeyValue("rollout", rollout)
          .addKeyValue("command", command)
          .addKeyValue("status", e.getStatus())
          .log("an alert could not steer its rollout");
    }
  }
}

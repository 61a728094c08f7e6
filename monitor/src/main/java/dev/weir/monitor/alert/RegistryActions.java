package dev.weir.monitor.alert;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.time.Clock;
import dev.weir.proto.registry.v1.DivertRouteRequest;
import dev.weir.proto.registry.v1.RolloutServiceGrpc;
import dev.weir.proto.registry.v1.SteerRolloutRequest;
import dev.weir.proto.registry.v1.SteerRolloutRequest.Command;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Snapshot;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does through a registry what an alert asks for when it begins to fire ({@link ActionPlan}), once
 * per alert. What was paused, ended or diverted stays so: people decide. A route that people have
 * restored is not diverted again for {@code fallback-rest}; that time begins anew with the monitor.
 * Thread-safe.
 */
public final class RegistryActions implements AlertListener {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryActions.class);
  private static final AttributeKey<String> ACTION = AttributeKey.stringKey("action");
  private static final AttributeKey<String> RESULT = AttributeKey.stringKey("result");

  /** How an action ended, in the words of the metric. */
  enum Result {
    /** The registry did it. */
    DONE,
    /** The registry refused it, or was not there. */
    FAILED,
    /** The route was restored lately. */
    RESTING
  }

  private record Counted(String action, Result result) {}

  private final AlertConfig config;
  private final Channel registry;
  private final Clock clock;

  @GuardedBy("this")
  private Snapshot newest = Snapshot.getDefaultInstance();

  /** When each route was restored that was seen diverted. */
  @GuardedBy("this")
  private final Map<String, Instant> restored = new HashMap<>();

  @GuardedBy("this")
  private final Map<Counted, Long> counts = new HashMap<>();

  /** Acts through a registry. */
  public RegistryActions(AlertConfig config, Channel registry, Clock clock) {
    this.config = config;
    this.registry = registry;
    this.clock = clock;
  }

  /** Takes the newest word about routes and rollouts. */
  public synchronized void follow(Snapshot snapshot) {
    Set<String> before = diverted(newest);
    Set<String> now = diverted(snapshot);
    Set<String> all =
        snapshot.getRoutesList().stream().map(Route::getName).collect(Collectors.toSet());
    for (String route : before) {
      if (!now.contains(route)) {
        restored.put(route, clock.now());
      }
    }
    restored.keySet().retainAll(all);
    newest = snapshot;
  }

  private static Set<String> diverted(Snapshot snapshot) {
    return snapshot.getRoutesList().stream()
        .filter(Route::hasDiversion)
        .map(Route::getName)
        .collect(Collectors.toCollection(HashSet::new));
  }

  @Override
  public void fires(Alert alert) {
    Snapshot known;
    synchronized (this) {
      known = newest;
    }
    String reason = "alert " + alert.id() + ": " + alert.finding().summary();
    for (ActionPlan.Step step : ActionPlan.of(alert.finding(), config, known)) {
      switch (step) {
        case ActionPlan.Step.Steer(String rollout, Command command) ->
            act(
                command.name().toLowerCase(Locale.ROOT),
                "rollout " + rollout,
                alert,
                stub ->
                    stub.steerRollout(
                        SteerRolloutRequest.newBuilder()
                            .setRolloutId(rollout)
                            .setCommand(command)
                            .setReason(cut(reason))
                            .build()));
        case ActionPlan.Step.Divert(String route) -> {
          if (isResting(route)) {
            count("divert", Result.RESTING);
            LOG.atWarn()
                .addKeyValue("route", route)
                .addKeyValue("alert", alert.id())
                .log("an alert diverts no route that was restored lately");
          } else {
            act(
                "divert",
                "route " + route,
                alert,
                stub ->
                    stub.divertRoute(
                        DivertRouteRequest.newBuilder()
                            .setRoute(route)
                            .setReason(cut(reason))
                            .build()));
          }
        }
      }
    }
  }

  private synchronized boolean isResting(String route) {
    Instant since = restored.get(route);
    return since != null && clock.now().isBefore(since.plus(config.fallbackRest()));
  }

  @FunctionalInterface
  private interface Call {
    Object on(RolloutServiceGrpc.RolloutServiceBlockingStub stub);
  }

  private void act(String action, String subject, Alert alert, Call call) {
    try {
      var unused =
          call.on(
              RolloutServiceGrpc.newBlockingStub(registry)
                  .withDeadlineAfter(config.timeout().toMillis(), TimeUnit.MILLISECONDS));
      count(action, Result.DONE);
      LOG.atWarn()
          .addKeyValue("action", action)
          .addKeyValue("subject", subject)
          .addKeyValue("alert", alert.id())
          .log("an alert acts");
    } catch (StatusRuntimeException e) {
      count(action, Result.FAILED);
      LOG.atError()
          .addKeyValue("action", action)
          .addKeyValue("subject", subject)
          .addKeyValue("alert", alert.id())
          .addKeyValue("status", e.getStatus())
          .log("an alert could not act");
    }
  }

  /** The registry takes reasons of up to 1,024 characters. */
  private static String cut(String reason) {
    return reason.substring(0, Math.min(1_000, reason.length()));
  }

  private synchronized void count(String action, Result result) {
    counts.merge(new Counted(action, result), 1L, Long::sum);
  }

  /** Records how often each action ended how. */
  synchronized void record(ObservableLongMeasurement out) {
    counts.forEach((counted, times) ->
        out.record(
            times,
            Attributes.of(
                ACTION, counted.action(),
                RESULT, counted.result().name().toLowerCase(Locale.ROOT))));
  }
}

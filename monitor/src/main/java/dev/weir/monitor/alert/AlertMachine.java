package dev.weir.monitor.alert;

import java.time.Duration;
import java.time.Instant;

/**
 * What time and findings make of an alert; pure.
 *
 * <p>PENDING becomes FIRING when it has been found for {@code pendingFor}, and is forgotten when it
 * is quiet before. FIRING becomes RESOLVED when it has been quiet for {@code quietFor}: a finding
 * that comes and goes stays one alert. RESOLVED that is found again is a new alert.
 */
final class AlertMachine {
  private AlertMachine() {}

  /** What follows from the time alone. */
  sealed interface Step {
    /** Nothing. */
    record Stay(Alert alert) implements Step {}

    /** People have to be told. */
    record Fire(Alert alert) implements Step {}

    /** It is over, and people have to be told. */
    record Resolve(Alert alert) implements Step {}

    /** It was nothing. */
    record Forget() implements Step {}
  }

  static Step at(Alert alert, AlertConfig config, Instant now) {
    Alert current =
        alert.quietSince() == null && now.isAfter(alert.lastSeen().plus(config.staleAfter()))
            ? alert.quiet(alert.lastSeen().plus(config.staleAfter()))
            : alert;
    return switch (current.state()) {
      case PENDING -> {
        if (current.quietSince() != null) {
          yield new Step.Forget();
        }
        yield hasPassed(current.pendingSince(), config.pendingFor(), now)
            ? new Step.Fire(current.with(AlertState.FIRING, now, null))
            : new Step.Stay(current);
      }
      case FIRING -> {
        Instant quiet = current.quietSince();
        yield quiet != null && hasPassed(quiet, config.quietFor(), now)
            ? new Step.Resolve(current.with(AlertState.RESOLVED, current.firingSince(), now))
            : new Step.Stay(current);
      }
      case RESOLVED -> new Step.Stay(current);
    };
  }

  private static boolean hasPassed(Instant since, Duration length, Instant now) {
    return !now.isBefore(since.plus(length));
  }
}

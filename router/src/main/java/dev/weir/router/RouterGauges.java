package dev.weir.router;

import dev.weir.router.balance.EjectionReason;
import dev.weir.router.balance.WorkerHealth;
import dev.weir.router.balance.WorkerSet;
import dev.weir.router.mirror.MirrorLog;
import dev.weir.router.outcome.ExposureLog;
import dev.weir.router.outcome.OutcomeLedger;
import dev.weir.router.outcome.OutcomeSender;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;

/** What is read when metrics are asked for, and costs requests nothing. */
final class RouterGauges {
  private static final AttributeKey<String> REASON = AttributeKey.stringKey("reason");
  private static final AttributeKey<String> STATE = AttributeKey.stringKey("state");

  private RouterGauges() {}

  static void register(
      Meter meter,
      WorkerSet workers,
      OutcomeLedger ledger,
      OutcomeSender sender,
      ExposureLog exposures,
      MirrorLog mirrors) {
    meter
        .gaugeBuilder("weir_router_workers")
        .ofLongs()
        .setDescription("Workers known, by what is believed of them.")
        .buildWithCallback(gauge -> {
          for (String state : new String[] {"ready", "not_taking_work", "suspect"}) {
            long count =
                workers.workers().stream().filter(w -> word(w.health()).equals(state)).count();
            gauge.record(count, Attributes.of(STATE, state));
          }
        });
    meter
        .counterBuilder("weir_router_ejections_detected")
        .setDescription("Times that a version on a worker should have been ejected.")
        .buildWithCallback(counter -> {
          for (EjectionReason reason : EjectionReason.values()) {
            counter.record(workers.ejectionsDetected(reason), Attributes.of(REASON, reason.word()));
          }
        });
    meter
        .counterBuilder("weir_router_ejections_enforced")
        .setDescription("Times that it was ejected.")
        .buildWithCallback(counter -> {
          for (EjectionReason reason : EjectionReason.values()) {
            counter.record(workers.ejectionsEnforced(reason), Attributes.of(REASON, reason.word()));
          }
        });
    meter
        .counterBuilder("weir_router_workers_full")
        .setDescription("Requests refused because no worker with their version had room.")
        .buildWithCallback(counter -> counter.record(workers.full()));
    meter
        .counterBuilder("weir_router_load_reports_useless")
        .setDescription("Workers' load reports that were malformed or said no utilisation.")
        .buildWithCallback(counter -> counter.record(workers.uselessLoadReports()));
    meter
        .counterBuilder("weir_router_outcomes_late")
        .setDescription("Requests that ended after their slice was closed: reported as unfinished.")
        .buildWithCallback(counter -> counter.record(ledger.late()));
    meter
        .counterBuilder("weir_router_sticky_units_without_room")
        .setDescription("Requests of new keys beyond the limit of keys told apart: no units.")
        .buildWithCallback(counter -> counter.record(ledger.stickyUnitsWithoutRoom()));
    meter
        .counterBuilder("weir_router_outcome_slices_dropped")
        .setDescription("Slices dropped because the monitor was away for long.")
        .buildWithCallback(counter -> counter.record(sender.dropped()));
    meter
        .gaugeBuilder("weir_router_outcome_slices_waiting")
        .ofLongs()
        .setDescription("Slices that wait for the monitor.")
        .buildWithCallback(gauge -> gauge.record(sender.waiting()));
    meter
        .counterBuilder("weir_router_exposures_dropped")
        .setDescription("Exposures of experiments that could not be kept for the monitor.")
        .buildWithCallback(counter -> counter.record(exposures.dropped()));
    meter
        .counterBuilder("weir_router_mirrored_pairs_dropped")
        .setDescription("Pairs of answers that could not be kept for the monitor.")
        .buildWithCallback(counter -> counter.record(mirrors.dropped()));
    meter
        .counterBuilder("weir_router_mirrored_pairs_not_compared")
        .setDescription(
            "Pairs told of without a comparison: too many waited, or an answer is none.")
        .buildWithCallback(counter -> counter.record(mirrors.notCompared()));
  }

  private static String word(WorkerHealth health) {
    return switch (health) {
      case WorkerHealth.Ready _ -> "ready";
      case WorkerHealth.NotTakingWork _ -> "not_taking_work";
      case WorkerHealth.Suspect _ -> "suspect";
    };
  }
}

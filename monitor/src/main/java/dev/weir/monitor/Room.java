package dev.weir.monitor;

import dev.weir.monitor.guardrail.EvidenceListener;
import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.route.v1.Snapshot;
import io.helidon.webserver.http.HttpRouting;
import java.util.List;

/**
 * A part of the monitor, built whole by its constructor, and what it takes part in: what the
 * evidence book takes, labels, snapshots, timers, pages, the end. Nothing runs before {@link
 * #start}.
 */
interface Room extends EvidenceListener {
  /** Labels that found their prediction, each for the first time. */
  default void labels(List<LabelledPrediction> labels) {}

  /** A newer snapshot of the registry. */
  default void follow(Snapshot snapshot) {}

  /** Adds what it shows over HTTP. */
  default void addTo(HttpRouting.Builder routes) {}

  /** Begins what it does by itself. */
  default void start(Scheduler scheduler) {}

  /** Says what is to be done when no more calls come. */
  default void onDrain(Resources resources) {}
}

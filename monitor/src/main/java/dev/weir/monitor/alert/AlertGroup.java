package dev.weir.monitor.alert;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * One message about the alerts of a group. Immutable.
 *
 * @param key what they have in common, in words
 * @param firing those that fire and are not silenced, the most severe first
 * @param over those that people were told of and that are over since the message before
 * @param silenced how many that people were told of still fire and are silenced now
 */
record AlertGroup(String key, List<Alert> firing, List<Alert> over, int silenced) {
  AlertGroup {
    firing =
        firing.stream()
            .sorted(
                Comparator.comparing((Alert alert) -> alert.finding().severity())
                    .reversed()
                    .thenComparing(Alert::pendingSince)
                    .thenComparing(Alert::id))
            .toList();
    over = List.copyOf(over);
  }

  /** A message about one alert alone. */
  static AlertGroup of(Alert alert) {
    return alert.state() == AlertState.RESOLVED
        ? new AlertGroup(alert.group(), List.of(), List.of(alert), 0)
        : new AlertGroup(alert.group(), List.of(alert), List.of(), 0);
  }

  /** Whether nothing of it goes on. */
  boolean isOver() {
    return firing.isEmpty() && silenced == 0;
  }

  /** All that it is about, those that fire first. */
  List<Alert> alerts() {
    return Stream.concat(firing.stream(), over.stream()).toList();
  }

  /** The worst of those that fire, or else of those that are over. */
  Severity severity() {
    return (firing.isEmpty() ? over : firing)
        .stream()
            .map(alert -> alert.finding().severity())
            .max(Comparator.naturalOrder())
            .orElse(Severity.INFO);
  }
}

package dev.weir.monitor.alert;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When people are told of which alerts: one message for all of a group. The first waits {@code
 * group-wait} for others to join it; what joins or ends later waits until {@code group-interval} is
 * over since the message before; when nothing changes and somebody has yet to acknowledge, the
 * message comes again after {@code repeat-every}. A group that is over and told is forgotten.
 *
 * <p>Bounded by the alerts that there are: each group has one that fires, or one that is over and
 * untold. Not thread-safe.
 */
final class AlertGroups {
  private final AlertConfig config;
  private final Map<String, Group> groups = new LinkedHashMap<>();

  AlertGroups(AlertConfig config) {
    this.config = config;
  }

  private static final class Group {
    final Instant since;
    final Set<String> told = new LinkedHashSet<>();
    final List<Alert> over = new ArrayList<>();
    @Nullable Instant last;

    Group(Instant since) {
      this.since = since;
    }
  }

  /** What is known of one group now. */
  private static final class Members {
    final List<Alert> loud = new ArrayList<>();
    final Set<String> silenced = new HashSet<>();
  }

  /**
   * Lets time pass.
   *
   * @param firing all that fire, silenced or not
   * @param over those that are over since the last call
   * @return messages that are due, in order of their groups' age
   */
  List<AlertGroup> look(Instant now, Collection<AlertBook.Listed> firing, List<Alert> over) {
    for (Alert alert : over) {
      Group group = groups.get(alert.group());
      if (group != null && group.told.remove(alert.id())) {
        group.over.add(alert);
      }
    }
    var members = new HashMap<String, Members>();
    for (AlertBook.Listed listed : firing) {
      Members known = members.computeIfAbsent(listed.alert().group(), key -> new Members());
      if (listed.silenced()) {
        known.silenced.add(listed.alert().id());
      } else {
        known.loud.add(listed.alert());
        groups.computeIfAbsent(listed.alert().group(), key -> new Group(now));
      }
    }
    var due = new ArrayList<AlertGroup>();
    groups.forEach((key, group) -> {
      Members known = members.getOrDefault(key, new Members());
      if (isDue(group, known, now)) {
        due.add(message(key, group, known));
        group.last = now;
        group.over.clear();
        known.loud.forEach(alert -> group.told.add(alert.id()));
      }
    });
    groups.entrySet().removeIf(entry -> isEmpty(entry.getValue(), members.get(entry.getKey())));
    return due;
  }

  private boolean isDue(Group group, Members known, Instant now) {
    boolean changed =
        !group.over.isEmpty()
            || known.loud.stream().anyMatch(alert -> !group.told.contains(alert.id()));
    Instant last = group.last;
    if (last == null) {
      return changed && hasPassed(group.since, config.groupWait(), now);
    }
    if (changed) {
      return hasPassed(last, config.groupInterval(), now);
    }
    return hasPassed(last, config.repeatEvery(), now)
        && known.loud.stream().anyMatch(alert -> alert.acknowledgedBy().isEmpty());
  }

  private static AlertGroup message(String key, Group group, Members known) {
    int silenced = (int) known.silenced.stream().filter(group.told::contains).count();
    return new AlertGroup(key, known.loud, group.over, silenced);
  }

  private static boolean isEmpty(Group group, @Nullable Members known) {
    return group.over.isEmpty() && group.told.isEmpty() && (known == null || known.loud.isEmpty());
  }

  private static boolean hasPassed(Instant since, Duration length, Instant now) {
    return !now.isBefore(since.plus(length));
  }

  /** Whether people were told of an alert that goes on. */
  boolean isTold(Alert alert) {
    Group group = groups.get(alert.group());
    return group != null && group.told.contains(alert.id());
  }

  /** Ids of alerts that go on and that people were told of, in order. */
  List<String> told() {
    return groups.values().stream().flatMap(group -> group.told.stream()).sorted().toList();
  }

  /**
   * The group of an alert that was acknowledged, when people were told of it and nothing of the
   * group that fires is left to acknowledge.
   *
   * @param firing all that fire
   */
  Optional<AlertGroup> acknowledged(Alert taken, Collection<Alert> firing) {
    List<Alert> same =
        firing.stream().filter(alert -> alert.group().equals(taken.group())).toList();
    boolean all = same.stream().noneMatch(alert -> alert.acknowledgedBy().isEmpty());
    return all && isTold(taken)
        ? Optional.of(new AlertGroup(taken.group(), same, List.of(), 0))
        : Optional.empty();
  }

  /** Takes over who was told, as if it were now, when there is nothing yet. */
  void restore(Collection<Alert> open, Collection<String> told, Instant now) {
    for (Alert alert : open) {
      if (told.contains(alert.id())) {
        Group group = groups.computeIfAbsent(alert.group(), key -> new Group(now));
        group.told.add(alert.id());
        group.last = now;
      }
    }
  }
}

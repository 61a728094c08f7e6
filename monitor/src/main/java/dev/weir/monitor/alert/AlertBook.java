package dev.weir.monitor.alert;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** All alerts and silences. {@link #look} must be called about once a second. Thread-safe. */
public final class AlertBook implements Findings {
  private static final int ID_BITS = 40;
  private static final Duration GOES_ON_EVERY = Duration.ofMinutes(1);

  private final AlertConfig config;
  private final Clock clock;
  private final RandomGenerator random;

  @GuardedBy("this")
  private final Map<Finding.Identity, Alert> open = new LinkedHashMap<>();

  @GuardedBy("this")
  private final LinkedHashMap<String, Alert> over = new LinkedHashMap<>();

  @GuardedBy("this")
  private final LinkedHashMap<String, Silence> silences = new LinkedHashMap<>();

  @GuardedBy("this")
  private final AlertGroups groups;

  @GuardedBy("this")
  private long refused;

  @GuardedBy("this")
  private boolean changed;

  @GuardedBy("this")
  private Instant goneOnAt = Instant.MIN;

  private List<AlertListener> listeners = List.of();

  /**
   * Empty.
   *
   * @param random for ids
   */
  public AlertBook(AlertConfig config, Clock clock, RandomGenerator random) {
    this.config = config;
    this.clock = clock;
    this.random = random;
    this.groups = new AlertGroups(config);
  }

  /** Who is told; to be set before the first {@link #look}. */
  void listeners(List<AlertListener> all) {
    this.listeners = List.copyOf(all);
  }

  @Override
  public synchronized void firing(Finding finding) {
    Instant now = clock.now();
    Alert known = open.get(finding.identity());
    if (known != null) {
      open.put(finding.identity(), known.seen(finding, now));
    } else if (open.size() < config.maxAlerts()) {
      changed = true;
      open.put(
          finding.identity(),
          new Alert(
              newId(),
              finding,
              AlertState.PENDING,
              config.group(finding),
              now,
              null,
              now,
              null,
              null,
              "",
              ""));
    } else {
      refused++;
    }
  }

  @GuardedBy("this")
  private String newId() {
    return Long.toString(random.nextLong() >>> (64 - ID_BITS), 36);
  }

  @Override
  public synchronized void quiet(Finding.Identity identity) {
    Alert known = open.get(identity);
    if (known != null && known.quietSince() == null) {
      open.put(identity, known.quiet(clock.now()));
    }
  }

  /** Lets time pass: what is due fires or is over, and whoever listens is told. */
  public void look() {
    var fires = new ArrayList<Alert>();
    var goOn = new ArrayList<Alert>();
    List<AlertGroup> due;
    synchronized (this) {
      Instant now = clock.now();
      silences.values().removeIf(silence -> !now.isBefore(silence.until()));
      List<Alert> ended = step(now, fires);
      due = groups.look(now, firing(now), ended);
      changed |= !due.isEmpty();
      if (!now.isBefore(goneOnAt.plus(GOES_ON_EVERY))) {
        goneOnAt = now;
        for (Alert alert : open.values()) {
          if (groups.isTold(alert)) {
            goOn.add(alert);
          }
        }
      }
    }
    for (AlertListener listener : listeners) {
      fires.forEach(listener::fires);
      due.forEach(listener::tell);
      if (!goOn.isEmpty()) {
        listener.goesOn(goOn);
      }
    }
  }

  /** Returns what is over now; adds to {@code fires} what begins to and is not silenced. */
  @GuardedBy("this")
  private List<Alert> step(Instant now, List<Alert> fires) {
    var ended = new ArrayList<Alert>();
    Iterator<Map.Entry<Finding.Identity, Alert>> all = open.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Finding.Identity, Alert> entry = all.next();
      switch (AlertMachine.at(entry.getValue(), config, now)) {
        case AlertMachine.Step.Stay(Alert alert) -> entry.setValue(alert);
        case AlertMachine.Step.Fire(Alert alert) -> {
          entry.setValue(alert);
          changed = true;
          if (!isSilenced(alert, now)) {
            fires.add(alert);
          }
        }
        case AlertMachine.Step.Resolve(Alert alert) -> {
          all.remove();
          changed = true;
          keep(alert);
          ended.add(alert);
        }
        case AlertMachine.Step.Forget() -> {
          all.remove();
          changed = true;
        }
      }
    }
    return ended;
  }

  @GuardedBy("this")
  private List<Listed> firing(Instant now) {
    var firing = new ArrayList<Listed>();
    for (Alert alert : open.values()) {
      if (alert.state() == AlertState.FIRING) {
        firing.add(new Listed(alert, isSilenced(alert, now)));
      }
    }
    return firing;
  }

  @GuardedBy("this")
  private void keep(Alert alert) {
    over.put(alert.id(), alert);
    if (over.size() > config.maxAlerts()) {
      over.pollFirstEntry();
    }
  }

  @GuardedBy("this")
  private boolean isSilenced(Alert alert, Instant now) {
    return silences.values().stream().anyMatch(silence -> silence.covers(alert, now));
  }

  /**
   * Somebody takes an alert: it is not told again while it goes on.
   *
   * @return the alert; empty: there is none of that id that goes on
   */
  public Optional<Alert> acknowledge(String id, String by, String comment) {
    Optional<Alert> alert;
    Optional<AlertGroup> group;
    synchronized (this) {
      alert = take(id, by, comment);
      List<Alert> firing = firing(clock.now()).stream().map(Listed::alert).toList();
      group = alert.isPresent() ? groups.acknowledged(alert.get(), firing) : Optional.empty();
    }
    group.ifPresent(whole -> listeners.forEach(listener -> listener.acknowledged(whole)));
    return alert;
  }

  @GuardedBy("this")
  private Optional<Alert> take(String id, String by, String comment) {
    for (Map.Entry<Finding.Identity, Alert> entry : open.entrySet()) {
      if (entry.getValue().id().equals(id)) {
        entry.setValue(entry.getValue().acknowledged(by, comment));
        changed = true;
        return Optional.of(entry.getValue());
      }
    }
    return Optional.empty();
  }

  /**
   * Silences alerts.
   *
   * @param until at most a year from now
   * @throws InvalidValueException when a value breaks its rule, or there are too many
   */
  public synchronized Silence silence(
      Map<String, String> matchers, Instant until, String by, String comment) {
    Instant now = clock.now();
    if (!until.isAfter(now) || until.isAfter(now.plusSeconds(366L * 86_400))) {
      throw new InvalidValueException("until", until, "later than now, at most a year");
    }
    if (silences.size() >= config.maxSilences()) {
      throw new InvalidValueException(
          "silences", silences.size() + 1, "at most " + config.maxSilences() + "; end one first");
    }
    var silence = new Silence(newId(), matchers, until, by, comment);
    silences.put(silence.id(), silence);
    changed = true;
    return silence;
  }

  /** Ends a silence; false: there is none of that id. */
  public synchronized boolean endSilence(String id) {
    boolean was = silences.remove(id) != null;
    changed |= was;
    return was;
  }

  /** One line of the list. */
  record Listed(Alert alert, boolean silenced) {}

  /** All alerts: those that go on, then those that are over, newest first. */
  synchronized List<Listed> list() {
    Instant now = clock.now();
    var list = new ArrayList<Listed>();
    open.values().forEach(alert -> list.add(new Listed(alert, isSilenced(alert, now))));
    over.sequencedValues().reversed().forEach(alert -> list.add(new Listed(alert, false)));
    return list;
  }

  /** Silences that hold. */
  synchronized List<Silence> silences() {
    return List.copyOf(silences.values());
  }

  /** Findings for which there was no room. */
  synchronized long refused() {
    return refused;
  }

  /** What is to be kept; empty: nothing has changed since it was last asked. */
  synchronized Optional<AlertFile.Kept> kept() {
    if (!changed) {
      return Optional.empty();
    }
    changed = false;
    return Optional.of(
        new AlertFile.Kept(
            List.copyOf(open.values()), List.copyOf(over.values()), silences(), groups.told()));
  }

  /** Takes over what was kept, for a book in which nothing has happened. */
  synchronized void restore(AlertFile.Kept kept) {
    kept.open().forEach(alert -> open.put(alert.finding().identity(), alert));
    kept.over().forEach(alert -> over.put(alert.id(), alert));
    kept.silences().forEach(silence -> silences.put(silence.id(), silence));
    groups.restore(kept.open(), kept.told(), clock.now());
  }
}

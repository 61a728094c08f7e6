package dev.weir.monitor.alert;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
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

  /** When each firing alert was last told. */
  @GuardedBy("this")
  private final Map<String, Instant> told = new HashMap<>();

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
              group(finding),
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

  private static String group(Finding finding) {
    return finding.labels().getOrDefault("route", "")
        + " "
        + finding.labels().getOrDefault("model", "");
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
    var again = new ArrayList<Alert>();
    var resolved = new ArrayList<Alert>();
    var goOn = new ArrayList<Alert>();
    synchronized (this) {
      Instant now = clock.now();
      silences.values().removeIf(silence -> !now.isBefore(silence.until()));
      Iterator<Map.Entry<Finding.Identity, Alert>> all = open.entrySet().iterator();
      while (all.hasNext()) {
        Map.Entry<Finding.Identity, Alert> entry = all.next();
        switch (AlertMachine.at(entry.getValue(), config, now)) {
          case AlertMachine.Step.Stay(Alert alert) -> {
            entry.setValue(alert);
            if (isDueAgain(alert, now)) {
              again.add(alert);
            }
          }
          case AlertMachine.Step.Fire(Alert alert) -> {
            entry.setValue(alert);
            changed = true;
            if (!isSilenced(alert, now)) {
              told.put(alert.id(), now);
              fires.add(alert);
            }
          }
          case AlertMachine.Step.Resolve(Alert alert) -> {
            all.remove();
            changed = true;
            keep(alert);
            if (told.remove(alert.id()) != null) {
              resolved.add(alert);
            }
          }
          case AlertMachine.Step.Forget() -> {
            all.remove();
            changed = true;
          }
        }
      }
      if (!now.isBefore(goneOnAt.plus(GOES_ON_EVERY))) {
        goneOnAt = now;
        for (Alert alert : open.values()) {
          if (alert.state() == AlertState.FIRING && told.containsKey(alert.id())) {
            goOn.add(alert);
          }
        }
      }
    }
    for (AlertListener listener : listeners) {
      fires.forEach(alert -> listener.fires(alert, false));
      again.forEach(alert -> listener.fires(alert, true));
      resolved.forEach(listener::resolved);
      if (!goOn.isEmpty()) {
        listener.goesOn(goOn);
      }
    }
  }

  /** Due because nobody was told yet (a silence has ended), or long ago, and nobody has it. */
  @GuardedBy("this")
  private boolean isDueAgain(Alert alert, Instant now) {
    if (alert.state() != AlertState.FIRING
        || !alert.acknowledgedBy().isEmpty()
        || isSilenced(alert, now)) {
      return false;
    }
    Instant last = told.get(alert.id());
    if (last != null && now.isBefore(last.plus(config.repeatEvery()))) {
      return false;
    }
    told.put(alert.id(), now);
    return true;
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
    Optional<Alert> alert = take(id, by, comment);
    alert
        .filter(taken -> taken.state() == AlertState.FIRING)
        .ifPresent(taken -> listeners.forEach(listener -> listener.acknowledged(taken)));
    return alert;
  }

  private synchronized Optional<Alert> take(String id, String by, String comment) {
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
            List.copyOf(open.values()),
            List.copyOf(over.values()),
            silences(),
            told.keySet().stream().sorted().toList()));
  }

  /** Takes over what was kept, for a book in which nothing has happened. */
  synchronized void restore(AlertFile.Kept kept) {
    kept.open().forEach(alert -> open.put(alert.finding().identity(), alert));
    kept.over().forEach(alert -> over.put(alert.id(), alert));
    kept.silences().forEach(silence -> silences.put(silence.id(), silence));
    Instant now = clock.now();
    kept.told().forEach(id -> told.put(id, now));
  }
}

package dev.weir.monitor.why;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.monitor.inspect.Inspected;
import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.monitor.privacy.Erasable;
import dev.weir.monitor.why.Examples.Example;
import dev.weir.platform.error.Check;
import dev.weir.platform.time.Clock;
import dev.weir.proto.monitor.v1.Sample;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Counts by version, window and feature bucket what was predicted and what was wrong. Bounded in
 * versions, windows, features, classes and examples. Thread-safe.
 */
public final class WhyBoard implements Erasable {
  private final WhyConfig config;
  private final Clock clock;
  private final Explainer explainer;

  @GuardedBy("this")
  private final LinkedHashMap<WhyKey, VersionTallies> versions =
      new LinkedHashMap<>(16, 0.75f, true);

  /** A prediction until its label comes. */
  private record Unlabelled(Place place, String traceId) {}

  @GuardedBy("this")
  private final LinkedHashMap<String, Unlabelled> unlabelled = new LinkedHashMap<>();

  /** Labels that came before their prediction was looked at, and whether it was wrong. */
  @GuardedBy("this")
  private final LinkedHashMap<String, Boolean> early = new LinkedHashMap<>();

  /** Empty. */
  public WhyBoard(WhyConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
    this.explainer = new Explainer(config.window());
  }

  /** Counts a prediction; without features of its version there is nothing to explain by. */
  public synchronized void observe(Inspected inspected) {
    Sample sample = inspected.sample();
    long millis = sample.getAt().getSeconds() * 1_000 + sample.getAt().getNanos() / 1_000_000;
    long window = Math.floorDiv(millis, config.window().toMillis());
    long now = now();
    // Too late, or of a clock that runs ahead and would push out all others.
    if (inspected.features().size() == 0 || window <= now - config.windows() || window > now + 1) {
      return;
    }
    WhyKey key = WhyKey.of(sample);
    VersionTallies tallies = tallies(key, inspected);
    tallies.forgetUpTo(now - config.windows());
    Optional<String> predicted =
        sample.getPredictedClassesCount() == 0
            ? Optional.empty()
            : Optional.of(sample.getPredictedClasses(0));
    long unit = sample.getAssignment().getUnit();
    var place = new Place(key, window, tallies.cells(), inspected.buckets(), unit);
    String id = sample.getRequestId();
    tallies
        .predicted(window, inspected.buckets(), predicted)
        .ifPresent(
            event -> tallies.examples().add(event, new Example(place, id, sample.getTraceId())));
    Boolean wrong = early.remove(id);
    if (wrong != null) {
      labelled(tallies, place, id, sample.getTraceId(), wrong);
    } else if (!id.isEmpty()) {
      unlabelled.put(id, new Unlabelled(place, sample.getTraceId()));
      if (unlabelled.size() > config.maxRemembered()) {
        unlabelled.pollFirstEntry();
      }
    }
  }

  private long now() {
    return Math.floorDiv(clock.now().toEpochMilli(), config.window().toMillis());
  }

  @GuardedBy("this")
  private VersionTallies tallies(WhyKey key, Inspected inspected) {
    VersionTallies known = versions.get(key);
    if (known == null || !known.cells().features().equals(inspected.features())) {
      // New, or the registry's word about the version has changed, and its buckets may have.
      known = new VersionTallies(inspected.features(), config);
      versions.put(key, known);
      if (versions.size() > config.maxVersions()) {
        versions.pollFirstEntry();
      }
    }
    return known;
  }

  private static void labelled(
      VersionTallies tallies, Place place, String id, String traceId, boolean wrong) {
    tallies.labelled(place, wrong);
    if (wrong) {
      tallies.examples().add(SliceTally.WRONG, new Example(place, id, traceId));
    }
  }

  /** Counts labels that found their prediction. */
  public synchronized void labels(List<LabelledPrediction> labels) {
    for (LabelledPrediction each : labels) {
      if (each.sample().getPredictedClassesCount() == 0
          || each.label().getTrueClassesCount() == 0) {
        continue;
      }
      boolean wrong = !each.sample().getPredictedClasses(0).equals(each.label().getTrueClasses(0));
      String id = each.sample().getRequestId();
      Unlabelled waiting = unlabelled.remove(id);
      if (waiting == null) {
        early.put(id, wrong);
        if (early.size() > config.maxRemembered()) {
          early.pollFirstEntry();
        }
        continue;
      }
      VersionTallies tallies = versions.get(waiting.place().key());
      if (tallies != null && tallies.cells() == waiting.place().cells()) {
        labelled(tallies, waiting.place(), id, waiting.traceId(), wrong);
      }
    }
  }

  @Override
  public synchronized int eraseUnit(long unit) {
    Set<String> forgotten = new HashSet<>();
    unlabelled
        .entrySet()
        .removeIf(waiting ->
            waiting.getValue().place().unit() == unit && forgotten.add(waiting.getKey()));
    for (VersionTallies tallies : versions.values()) {
      forgotten.addAll(tallies.examples().forget(example -> example.place().unit() == unit));
    }
    return forgotten.size();
  }

  @Override
  public synchronized boolean erase(String requestId) {
    boolean wasThere = early.remove(requestId) != null;
    wasThere |= unlabelled.remove(requestId) != null;
    for (VersionTallies tallies : versions.values()) {
      wasThere |=
          !tallies.examples().forget(example -> example.requestId().equals(requestId)).isEmpty();
    }
    return wasThere;
  }

  @Override
  public synchronized boolean eraseTrace(String traceId) {
    boolean wasThere = unlabelled.values().removeIf(waiting -> waiting.traceId().equals(traceId));
    for (VersionTallies tallies : versions.values()) {
      wasThere |=
          !tallies.examples().forget(example -> example.traceId().equals(traceId)).isEmpty();
    }
    return wasThere;
  }

  /** Explains, or says why it cannot. */
  synchronized Answer explain(Question question) {
    forgetOld();
    Optional<VersionTallies> mine = find(question, question.version());
    if (mine.isEmpty()) {
      return nothingOf(question.version());
    }
    if (question.against().isEmpty()) {
      return explainer
          .overTime(mine.get(), question.recent(), question.event())
          .<Answer>map(Answer.Explained::new)
          .orElse(
              new Answer.Nothing(
                  "there are not yet two windows of %s with enough predictions of this event"
                      .formatted(Check.show(config.window()))));
    }
    return find(question, question.against())
        .map(theirs ->
            explainer
                .between(mine.get(), theirs, question.event())
                .<Answer>map(Answer.Explained::new)
                .orElse(
                    new Answer.Nothing(
                        "the two versions have no window together, other references, or no such event")))
        .orElseGet(() -> nothingOf(question.against()));
  }

  private Answer nothingOf(String version) {
    return new Answer.Nothing(
        "nothing is known of version %s here: no sample in %s, or no reference in the registry"
            .formatted(version, Check.show(config.window().multipliedBy(config.windows()))));
  }

  @GuardedBy("this")
  private void forgetOld() {
    long old = now() - config.windows();
    versions.values().forEach(tallies -> tallies.forgetUpTo(old));
    versions.values().removeIf(tallies -> tallies.windows().isEmpty());
  }

  /** Of several models with such a version the one seen last, unless the question names one. */
  @GuardedBy("this")
  private Optional<VersionTallies> find(Question question, String version) {
    return versions.sequencedEntrySet().reversed().stream()
        .filter(entry -> entry.getKey().route().equals(question.route()))
        .filter(entry -> entry.getKey().version().equals(version))
        .filter(
            entry -> question.model().isEmpty() || entry.getKey().model().equals(question.model()))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /**
   * A version that something is known of.
   *
   * @param key the version
   * @param cut where it changed most over time; empty: not enough is known yet
   */
  record Known(WhyKey key, Optional<Explainer.Cut> cut) {}

  /** All that something is known of, by route, model and version. */
  synchronized List<Known> known() {
    forgetOld();
    var known = new ArrayList<Known>();
    versions.forEach(
        (key, tallies) -> known.add(new Known(key, explainer.cut(tallies, Question.FIND, ""))));
    known.sort(Comparator.comparing(Known::key));
    return known;
  }
}

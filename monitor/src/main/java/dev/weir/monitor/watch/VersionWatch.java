package dev.weir.monitor.watch;

import dev.weir.monitor.alert.Findings;
import dev.weir.monitor.stats.detector.Discoveries;
import dev.weir.monitor.stats.detector.DriftDetector;
import dev.weir.monitor.stats.sketch.Sketch;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.Reference;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** The watch over one version of one route. Single writer. */
final class VersionWatch {
  /** Names of what is no input. */
  static final String PREDICTION = "prediction";

  static final String CONFIDENCE = "confidence";

  /** Values in a window before anything is said of it as a whole. */
  private static final long ENOUGH_ROWS = 200;

  private final VersionKey key;
  private final WatchConfig config;
  private final List<FeatureWatch> inputs = new ArrayList<>();
  private final Map<String, FeatureWatch> predictions = new LinkedHashMap<>();
  private final Map<String, Deque<WindowPanel>> past = new HashMap<>();
  private final Map<String, Sketch> lastWindows = new HashMap<>();
  private final VersionAlarms alarms;
  private final RequestIdWatch requestIds;
  private final JointWatch joint;
  private final double logThreshold;
  private Optional<Discovery> discovery = Optional.empty();
  private long windowStartMillis = Long.MIN_VALUE;
  private long windowRows;
  private long rows;
  private long lateRows;

  /** A window that ended, in the panel's numbers. */
  record WindowPanel(long startMillis, long endMillis, Panel panel) {}

  VersionWatch(
      VersionKey key,
      Reference reference,
      RequestIdWatch requestIds,
      WatchConfig config,
      RandomGenerator random) {
    this.key = key;
    this.config = config;
    this.requestIds = requestIds;
    this.alarms = new VersionAlarms(key);
    int detectors = requestIds.detectors().size();
    for (FeatureReference feature : reference.getFeaturesList()) {
      if (inputs.size() + predictions.size() >= config.maxFeatures()) {
        break;
      }
      Optional<FeatureWatch> watch = FeatureWatch.of(feature, reference.getRows(), config, random);
      if (watch.isPresent()) {
        if (feature.getIndex() < 0) {
          predictions.put(feature.getName(), watch.get());
        } else {
          inputs.add(watch.get());
        }
        past.put(feature.getName(), new ArrayDeque<>());
        detectors += watch.get().detectors().size();
      }
    }
    this.joint = new JointWatch(inputs, random);
    this.logThreshold = Discoveries.logThreshold(config.averageRunLength(), detectors);
  }

  VersionKey key() {
    return key;
  }

  boolean isEmpty() {
    return inputs.isEmpty() && predictions.isEmpty();
  }

  List<FeatureWatch> features() {
    var all = new ArrayList<>(inputs);
    all.addAll(predictions.values());
    return all;
  }

  /** All that has detectors. */
  List<Watched> watched() {
    var all = new ArrayList<Watched>(features());
    all.add(requestIds);
    return all;
  }

  /** State of each, by name. */
  Map<String, byte[]> states() {
    var states = new LinkedHashMap<String, byte[]>();
    watched().forEach(each -> states.put(each.name(), each.toBytes()));
    return states;
  }

  /** Takes a sample of this version. */
  void observe(Sample sample, Findings findings, Instant now) {
    long millis = sample.getAt().getSeconds() * 1_000 + sample.getAt().getNanos() / 1_000_000;
    // A worker whose clock is ahead must not end windows that have not begun.
    turnWindow(Math.min(millis, now.toEpochMilli()), findings, now);
    requestIds.observe(sample);
    observeInputs(sample);
    FeatureWatch predicted = predictions.get(PREDICTION);
    if (predicted != null) {
      sample.getPredictedClassesList().forEach(predicted::observe);
      sample.getPredictedValuesList().forEach(predicted::observe);
    }
    FeatureWatch confidence = predictions.get(CONFIDENCE);
    if (confidence != null) {
      sample.getConfidencesList().forEach(confidence::observe);
    }
    long counted = Math.max(1, sample.getPredictedClassesCount());
    rows += counted;
    windowRows += counted;
  }

  private void turnWindow(long millis, Findings findings, Instant now) {
    if (windowStartMillis == Long.MIN_VALUE) {
      windowStartMillis = Math.floorDiv(millis, lengthMillis()) * lengthMillis();
    }
    if (millis < windowStartMillis) {
      // Late: the detectors take it as any other, the open window too.
      lateRows++;
    }
    boolean full = windowRows >= config.maxWindowRows();
    if (full || millis >= windowStartMillis + lengthMillis()) {
      long at = Math.max(millis, windowStartMillis);
      closeWindow(Math.min(at, windowStartMillis + lengthMillis()), findings, now);
      windowStartMillis = full ? at : Math.floorDiv(at, lengthMillis()) * lengthMillis();
      windowRows = 0;
    }
  }

  private long lengthMillis() {
    return config.window().toMillis();
  }

  private void closeWindow(long endMillis, Findings findings, Instant now) {
    joint.closeWindow(windowStartMillis);
    for (FeatureWatch feature : features()) {
      Sketch ended = feature.nextWindow();
      lastWindows.put(feature.name(), ended);
      feature
          .panel(ended)
          .ifPresent(panel -> {
            Deque<WindowPanel> windows = past.get(feature.name());
            if (windows != null) {
              windows.addLast(new WindowPanel(windowStartMillis, endMillis, panel));
              if (windows.size() > config.windows()) {
                windows.removeFirst();
              }
            }
          });
      if (ended.count() >= ENOUGH_ROWS && feature.isConstant(ended)) {
        alarms.raise(
            feature.name(),
            Alarm.CONSTANT_VALUES,
            "all %,d values of a window are the same".formatted(ended.count()),
            Map.of("rows", (double) ended.count()),
            findings,
            now);
      }
    }
  }

  private void observeInputs(Sample sample) {
    var values = new SampleInputs(sample);
    for (FeatureWatch feature : inputs) {
      values.read(feature.name(), feature.index(), feature.isNumeric(), feature);
    }
    joint.observe(sample, values);
  }

  /** Looks at the evidence: raises what has reached its threshold, ends what has been quiet. */
  void look(Findings findings, Instant now) {
    List<Discovery.Candidate> all = Discovery.candidates(watched());
    Optional<Discovery> found = Discovery.of(all, logThreshold, config.averageRunLength(), now);
    if (found.isPresent()) {
      discovery = found;
      for (Discovery.Candidate each : all) {
        if (each.logEvidence() >= logThreshold) {
          String name = each.watched().name();
          alarms.raise(
              name,
              each.alarm(),
              words(each.alarm(), each.detector()) + found.get().beside(name, each.alarm()),
              figures(each),
              findings,
              now);
          each.detector().restart();
        }
      }
    }
    discovery = discovery.filter(each -> !each.at().plus(config.quietAfter()).isBefore(now));
    alarms.look(config.quietAfter(), findings, now);
  }

  private static String words(Alarm alarm, DriftDetector detector) {
    return switch (alarm) {
      case FEATURE_DRIFT, PREDICTION_DRIFT ->
          "distributed otherwise than in the reference: %s, after %,d values"
              .formatted(detector.direction(), detector.observations());
      case MISSING_VALUES -> "more values are missing or no numbers than in the reference";
      case OUT_OF_RANGE -> "more values than in the reference lie outside its range";
      case NEW_CATEGORIES -> "categories come that the reference does not have";
      case CONSTANT_VALUES -> "all values are the same";
      case REPEATED_REQUESTS -> "more request ids come again than may";
    };
  }

  private Map<String, Double> figures(Discovery.Candidate each) {
    var figures = new TreeMap<String, Double>();
    figures.put("log_evidence", each.logEvidence());
    figures.put("log_threshold", logThreshold);
    figures.put("values", (double) each.detector().observations());
    switch (each.watched()) {
      case FeatureWatch feature ->
          panel(feature)
              .ifPresent(panel -> {
                figures.put("psi", panel.stabilityIndex());
                figures.put("jensen_shannon", panel.jensenShannon());
                if (!Double.isNaN(panel.kolmogorovSmirnov())) {
                  figures.put("kolmogorov_smirnov", panel.kolmogorovSmirnov());
                  figures.put("wasserstein_sd", panel.wasserstein());
                }
              });
      case RequestIdWatch ids -> figures.put("repeated", (double) ids.repeated());
    }
    return figures;
  }

  /** The open window's panel when there is enough in it, else that of the last one. */
  private Optional<Panel> panel(FeatureWatch feature) {
    return feature.panel(shown(feature));
  }

  private Sketch shown(FeatureWatch feature) {
    Sketch open = feature.window();
    Sketch last = lastWindows.get(feature.name());
    return open.count() >= ENOUGH_ROWS || last == null ? open : last;
  }

  /** Evidence alone, which costs next to nothing; a view has panels. */
  DriftEvidence evidence() {
    var byFeature = new LinkedHashMap<String, Double>();
    features().forEach(feature -> byFeature.put(feature.name(), drift(feature).logEvidence()));
    requestIds
        .detectors()
        .values()
        .forEach(detector -> byFeature.put(requestIds.name(), detector.logEvidence()));
    return new DriftEvidence(
        key.route(), key.model(), key.version(), logThreshold, alarms.size(), byFeature);
  }

  private static DriftDetector drift(FeatureWatch feature) {
    return feature.detectors().entrySet().stream()
        .filter(
            each -> each.getKey() == Alarm.FEATURE_DRIFT || each.getKey() == Alarm.PREDICTION_DRIFT)
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseThrow();
  }

  VersionView view() {
    return new VersionView(
        key.route(),
        key.model(),
        key.version(),
        rows,
        lateRows,
        logThreshold,
        joint.newest(),
        discovery,
        new VersionView.RequestIds(
            requestIds.requests(), requestIds.repeated(), alarms.about(RequestIdWatch.NAME)),
        features().stream().map(this::view).toList());
  }

  private VersionView.Feature view(FeatureWatch feature) {
    DriftDetector drift = drift(feature);
    Sketch shown = shown(feature);
    return new VersionView.Feature(
        feature.name(),
        feature.isNumeric(),
        drift.logEvidence(),
        drift.observations(),
        alarms.about(feature.name()),
        feature.panel(shown),
        shown.count() > 0 ? Optional.of(feature.histogram(shown)) : Optional.empty(),
        List.copyOf(past.getOrDefault(feature.name(), new ArrayDeque<>())));
  }
}

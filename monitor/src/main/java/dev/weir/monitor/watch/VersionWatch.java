package dev.weir.monitor.watch;

import dev.weir.monitor.alert.Findings;
import dev.weir.monitor.stats.detector.Discoveries;
import dev.weir.monitor.stats.detector.DriftDetector;
import dev.weir.monitor.stats.sketch.Sketch;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.Reference;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** One comparison of a version of a route: its features with a reference. Single writer. */
final class VersionWatch {
  /** Names of what is no input. */
  static final String PREDICTION = "prediction";

  static final String CONFIDENCE = "confidence";

  private final Making making;
  private final WatchConfig config;
  private final Optional<RequestIdWatch> requestIds;
  private final List<FeatureWatch> inputs = new ArrayList<>();
  private final Map<String, FeatureWatch> predictions = new LinkedHashMap<>();
  private final PanelWindows windows;
  private final JointWatch joint;
  private final double logThreshold;
  private VersionView.Comparison comparison;
  private Optional<Discovery> discovery = Optional.empty();
  private long rows;

  /**
   * What a comparison is made with.
   *
   * @param baseline what a version is compared with
   * @param runLength average run length of this comparison
   * @param alarms of the version, shared by its comparisons
   */
  record Making(
      VersionKey key,
      Baseline baseline,
      double runLength,
      VersionAlarms alarms,
      WatchConfig config,
      RandomGenerator random) {}

  private VersionWatch(
      Making making,
      VersionView.Comparison comparison,
      List<FeatureWatch> features,
      Optional<RequestIdWatch> requestIds,
      int detectors) {
    this.making = making;
    this.config = making.config();
    this.comparison = comparison;
    this.requestIds = requestIds;
    this.windows = new PanelWindows(config);
    features.forEach(this::add);
    this.joint = new JointWatch(requestIds.isPresent() ? inputs : List.of(), making.random());
    this.logThreshold = Discoveries.logThreshold(making.runLength(), Math.max(1, detectors));
  }

  /**
   * A comparison with one reference.
   *
   * @param requestIds watched with it; empty: with another comparison of the version
   */
  static VersionWatch of(
      Making making,
      VersionView.Comparison comparison,
      Reference reference,
      Optional<RequestIdWatch> requestIds) {
    var features = new ArrayList<FeatureWatch>();
    int detectors = requestIds.map(ids -> ids.detectors().size()).orElse(0);
    for (FeatureReference feature : reference.getFeaturesList()) {
      Optional<FeatureWatch> watch =
          features.size() < making.config().maxFeatures()
              ? FeatureWatch.of(feature, reference.getRows(), making.config(), making.random())
              : Optional.empty();
      if (watch.isPresent()) {
        features.add(watch.get());
        detectors += watch.get().detectors().size();
      }
    }
    return new VersionWatch(making, comparison, features, requestIds, detectors);
  }

  /**
   * A comparison for drift alone, with references that are still to come ({@link #compareWith}).
   *
   * @param features that they have at most
   */
  static VersionWatch ofDriftAlone(Making making, VersionView.Comparison comparison, int features) {
    return new VersionWatch(making, comparison, List.of(), Optional.empty(), features);
  }

  private void add(FeatureWatch feature) {
    if (feature.index() < 0) {
      predictions.put(feature.name(), feature);
    } else {
      inputs.add(feature);
    }
  }

  /** Says what it is compared with. */
  void describe(VersionView.Comparison newest) {
    comparison = newest;
  }

  /**
   * Compares with other references from now on; a feature without one waits.
   *
   * @param references by the rows that each is made of
   * @return features that are new
   */
  List<FeatureWatch> compareWith(Map<FeatureReference, Long> references) {
    features().forEach(FeatureWatch::pause);
    var added = new ArrayList<FeatureWatch>();
    references.forEach((reference, of) -> {
      Optional<FeatureWatch> known =
          features().stream()
              .filter(feature -> feature.name().equals(reference.getName()))
              .findFirst();
      if (known.isPresent()) {
        known.get().compareWith(reference, of, config);
      } else {
        FeatureWatch.ofDriftAlone(reference, of, config, making.random()).ifPresent(added::add);
      }
    });
    added.forEach(this::add);
    return added;
  }

  List<FeatureWatch> features() {
    var all = new ArrayList<>(inputs);
    all.addAll(predictions.values());
    return all;
  }

  /** All that has detectors. */
  List<Watched> watched() {
    var all = new ArrayList<Watched>(features());
    requestIds.ifPresent(all::add);
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
    windows
        .turn(Math.min(millis, now.toEpochMilli()), features())
        .ifPresent(ended -> {
          joint.closeWindow(ended.startMillis());
          ended.constant().forEach((name, values) -> raiseConstant(name, values, findings, now));
        });
    requestIds.ifPresent(ids -> ids.observe(sample));
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
    windows.count(counted);
  }

  private void raiseConstant(String name, long values, Findings findings, Instant now) {
    if (making.baseline() != Baseline.LAST_WEEK) {
      making
          .alarms()
          .raise(
              making.baseline(),
              name,
              Alarm.CONSTANT_VALUES,
              "all %,d values of a window are the same".formatted(values),
              Map.of("rows", (double) values),
              findings,
              now);
    }
  }

  private void observeInputs(Sample sample) {
    var values = new SampleInputs(sample);
    for (FeatureWatch feature : inputs) {
      values.read(feature.name(), feature.index(), feature.isNumeric(), feature);
    }
    joint.observe(sample, values);
  }

  /** Looks at the evidence: raises what has reached its threshold. */
  void look(Findings findings, Instant now) {
    List<Discovery.Candidate> all = Discovery.candidates(watched());
    Optional<Discovery> found = Discovery.of(all, logThreshold, making.runLength(), now);
    if (found.isPresent()) {
      discovery = found;
      for (Discovery.Candidate each : all) {
        if (each.logEvidence() >= logThreshold) {
          String name = each.watched().name();
          making
              .alarms()
              .raise(
                  making.baseline(),
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
  }

  private String words(Alarm alarm, DriftDetector detector) {
    String where = making.baseline().words();
    return switch (alarm) {
      case FEATURE_DRIFT, PREDICTION_DRIFT ->
          "distributed otherwise than %s: %s, after %,d values"
              .formatted(where, detector.direction(), detector.observations());
      case MISSING_VALUES -> "more values are missing or no numbers than " + where;
      case OUT_OF_RANGE -> "more values than %s lie outside its range".formatted(where);
      case NEW_CATEGORIES -> "categories come that are not " + where;
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
          feature
              .panel(windows.shown(feature))
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

  /** Evidence alone, which costs next to nothing; a view has panels. */
  DriftEvidence evidence() {
    var byFeature = new LinkedHashMap<String, Double>();
    features().forEach(feature -> byFeature.put(feature.name(), drift(feature).logEvidence()));
    requestIds.ifPresent(ids ->
        ids.detectors()
            .values()
            .forEach(detector -> byFeature.put(ids.name(), detector.logEvidence())));
    return new DriftEvidence(
        making.key(), making.baseline(), logThreshold, making.alarms().size(), byFeature);
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
        making.key().route(),
        making.key().model(),
        making.key().version(),
        comparison,
        rows,
        windows.lateRows(),
        logThreshold,
        joint.newest(),
        discovery,
        requestIds.map(ids ->
            new VersionView.RequestIds(
                ids.requests(),
                ids.repeated(),
                making.alarms().about(making.baseline(), ids.name()))),
        features().stream().map(this::view).toList());
  }

  private VersionView.Feature view(FeatureWatch feature) {
    DriftDetector drift = drift(feature);
    Sketch shown = windows.shown(feature);
    return new VersionView.Feature(
        feature.name(),
        feature.isNumeric(),
        drift.logEvidence(),
        drift.observations(),
        making.alarms().about(making.baseline(), feature.name()),
        feature.panel(shown),
        shown.count() > 0 ? Optional.of(feature.histogram(shown)) : Optional.empty(),
        windows.past(feature.name()));
  }
}

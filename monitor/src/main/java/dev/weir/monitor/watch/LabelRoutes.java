package dev.weir.monitor.watch;

import dev.weir.monitor.stats.Effect;
import dev.weir.monitor.stats.bound.BernoulliSequence;
import dev.weir.monitor.stats.bound.Interval;
import dev.weir.monitor.stats.label.BoundedMean;
import dev.weir.monitor.stats.label.ParityTest;
import dev.weir.platform.http.HttpServer;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code GET /api/v1/labels?route=&version=}: what labels say about live versions; {@code GET
 * /api/v1/labels/group?route=&model=&version=&feature=&group=}: about one group of one.
 */
public final class LabelRoutes {
  private static final BernoulliSequence SHARES = new BernoulliSequence(Effect.ALPHA, 1_000);

  private final LabelWatch watch;

  /** Shows a watch. */
  public LabelRoutes(LabelWatch watch) {
    this.watch = watch;
  }

  /** Adds them. */
  public void addTo(HttpRouting.Builder routes) {
    routes.get("/api/v1/labels", this::labels).get("/api/v1/labels/group", this::group);
  }

  private void group(ServerRequest request, ServerResponse response) {
    var asked =
        new VersionKey(
            parameter(request, "route"),
            parameter(request, "model"),
            parameter(request, "version"));
    List<Map<String, Object>> found = new ArrayList<>();
    watch.read((key, labels) -> {
      if (key.equals(asked)) {
        labels.groups().stream()
            .filter(group -> group.feature().equals(parameter(request, "feature")))
            .filter(group -> group.group().equals(parameter(request, "group")))
            .forEach(group -> found.add(GroupJson.of(key, group)));
      }
    });
    if (found.isEmpty()) {
      HttpServer.send(
          response,
          Status.NOT_FOUND_404,
          Map.of("error", "no such group is watched: see /api/v1/labels for those that are"));
    } else {
      HttpServer.send(response, Status.OK_200, found.getFirst());
    }
  }

  private static String parameter(ServerRequest request, String name) {
    return request.query().first(name).orElse("");
  }

  private void labels(ServerRequest request, ServerResponse response) {
    String route = request.query().first("route").orElse("");
    String version = request.query().first("version").orElse("");
    List<Map<String, Object>> all = new ArrayList<>();
    watch.read((key, labels) -> {
      if ((route.isEmpty() || key.route().equals(route))
          && (version.isEmpty() || key.version().equals(version))) {
        all.add(json(key, labels));
      }
    });
    HttpServer.send(response, Status.OK_200, all);
  }

  private static Map<String, Object> json(VersionKey key, VersionLabels labels) {
    var json = new LinkedHashMap<String, Object>();
    json.put("route", key.route());
    json.put("model", key.model());
    json.put("version", key.version());
    json.put("labels", labels.labels());
    labels.coverage().ifPresent(coverage -> json.put("coverage", coverage));
    labels
        .accuracy()
        .ifPresent(accuracy -> {
          json.put("accuracy", accuracy[0]);
          json.put("accuracyLow", Math.max(0, accuracy[1]));
          json.put("accuracyHigh", Math.min(1, accuracy[2]));
        });
    labels.estimatedAccuracy().ifPresent(accuracy -> json.put("estimatedAccuracy", accuracy));
    if (labels.labels() > 0) {
      json.put("delayP50Seconds", labels.delays().quantile(0.5));
      json.put("delayP99Seconds", labels.delays().quantile(0.99));
      put(json, "expectedCalibrationError", labels.calibration().expectedCalibrationError());
      json.put("calibrationLogEvidence", labels.calibration().logEvidence());
    }
    labels
        .errors()
        .ifPresent(errors -> {
          json.put("errorBound", labels.bound());
          put(json, "errorLogEvidence", errors.logEvidence());
        });
    json.put("classicDrifts", labels.classics());
    quality(json, labels.quality());
    json.put("groups", labels.groups().stream().map(LabelRoutes::json).toList());
    return json;
  }

  private static void quality(Map<String, Object> json, LiveQuality quality) {
    var classes = new ArrayList<Map<String, Object>>();
    quality
        .classes()
        .counts()
        .forEach((name, count) -> {
          var each = new LinkedHashMap<String, Object>();
          each.put("class", name);
          each.put("predicted", count.predicted());
          each.put("actual", count.actual());
          share(each, "precision", count.right(), count.predicted());
          share(each, "recall", count.right(), count.actual());
          classes.add(each);
        });
    json.put("classes", classes);
    mean(json, "auc", quality.area());
    mean(json, "logLoss", quality.logLoss());
    mean(json, "brier", quality.brier());
    LiveQuality.Errors errors = quality.errors();
    if (errors.values() > 0) {
      json.put("values", errors.values());
      put(json, "meanError", errors.mean());
      put(json, "meanAbsoluteError", errors.meanAbsolute());
      put(json, "rootMeanSquaredError", errors.rootMeanSquare());
    }
  }

  private static void share(Map<String, Object> json, String name, long hits, long of) {
    if (of > 0) {
      Interval interval = SHARES.interval(hits, of);
      json.put(name, (double) hits / of);
      json.put(name + "Low", interval.low());
      json.put(name + "High", interval.high());
    }
  }

  private static void mean(Map<String, Object> json, String name, BoundedMean mean) {
    if (mean.units() > 0) {
      BoundedMean.Range interval = mean.interval(Effect.ALPHA);
      json.put(name, mean.mean());
      json.put(name + "Low", interval.low());
      json.put(name + "High", interval.high());
    }
  }

  private static Map<String, Object> json(GroupWatch.Group group) {
    GroupTests tests = group.tests();
    var json = new LinkedHashMap<String, Object>();
    json.put("feature", group.feature());
    json.put("group", group.group());
    if (!group.merged().isEmpty()) {
      json.put("merged", group.merged());
    }
    json.putAll(json(tests.decisions()));
    json.put("labelledFavourable", json(tests.favourable()));
    json.put("labelledOtherwise", json(tests.unfavourable()));
    json.put("equalisedOdds", equalisedOdds(tests));
    return json;
  }

  private static Map<String, Object> equalisedOdds(GroupTests tests) {
    return Map.of(
        "enough", tests.hasEnough(GroupTests.Criterion.EQUALISED_ODDS),
        "logEvidence", tests.logEvidence(GroupTests.Criterion.EQUALISED_ODDS));
  }

  private static Map<String, Object> json(ParityTest test) {
    var json = new LinkedHashMap<String, Object>();
    json.put("units", test.units(true));
    json.put("enough", test.hasEnough());
    put(json, "rate", test.rate(true));
    put(json, "rateOfOthers", test.rate(false));
    ParityTest.Gap gap = test.gap();
    json.put("gapLow", gap.low());
    json.put("gapHigh", gap.high());
    json.put("logEvidence", test.logEvidence());
    return json;
  }

  private static void put(Map<String, Object> json, String name, double value) {
    if (Double.isFinite(value)) {
      json.put(name, value);
    }
  }
}

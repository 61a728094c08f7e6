package dev.weir.monitor.watch;

import dev.weir.monitor.stats.Effect;
import dev.weir.monitor.stats.bound.BernoulliSequence;
import dev.weir.monitor.stats.bound.Interval;
import dev.weir.monitor.stats.label.ParityTest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One group beside all others, share by share, each with an interval for all times. Pure. */
final class GroupJson {
  private static final BernoulliSequence SHARES = new BernoulliSequence(Effect.ALPHA, 1_000);

  private GroupJson() {}

  static Map<String, Object> of(VersionKey key, GroupWatch.Group group) {
    GroupTests tests = group.tests();
    var json = new LinkedHashMap<String, Object>();
    json.put("route", key.route());
    json.put("model", key.model());
    json.put("version", key.version());
    json.put("feature", group.feature());
    json.put("group", group.group());
    json.put("merged", List.copyOf(group.merged()));
    json.put("favoured", beside(tests.decisions()));
    json.put(
        "right",
        Map.of(
            "group", share(tests.right(true), tests.labels(true)),
            "others", share(tests.right(false), tests.labels(false))));
    json.put("favouredOfFavourable", beside(tests.favourable()));
    json.put("favouredOfOthers", beside(tests.unfavourable()));
    return json;
  }

  private static Map<String, Object> beside(ParityTest test) {
    return Map.of(
        "group", share(test.hits(true), test.units(true)),
        "others", share(test.hits(false), test.units(false)),
        "enough", test.hasEnough(),
        "logEvidence", test.logEvidence());
  }

  /** {units, hits} and, when there are units, {rate, low, high}. */
  private static Map<String, Object> share(long hits, long units) {
    var json = new LinkedHashMap<String, Object>();
    json.put("units", units);
    json.put("hits", hits);
    if (units > 0) {
      Interval interval = SHARES.interval(hits, units);
      json.put("rate", (double) hits / units);
      json.put("low", interval.low());
      json.put("high", interval.high());
    }
    return json;
  }
}

package dev.weir.router.exchange;

import dev.weir.router.mirror.MirrorResult;
import dev.weir.router.policy.FallbackTrigger;
import dev.weir.router.stored.AnswerCache;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.util.Collection;

/**
 * What operators see of answers that took the place of others, of kept ones, and of copies. Labels
 * come from the registry, none from a client.
 */
final class AnswerMetrics {
  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("route");
  private static final AttributeKey<String> INSTEAD = AttributeKey.stringKey("instead");
  private static final AttributeKey<String> TRIGGER = AttributeKey.stringKey("trigger");
  private static final AttributeKey<String> RESULT = AttributeKey.stringKey("result");

  private AnswerMetrics() {}

  /**
   * @param routes a live view of what is known of routes
   */
  static void register(Meter meter, Collection<KnownRoute> routes) {
    meter
        .counterBuilder("weir_router_fallbacks")
        .setDescription("Answers that took the place of the assigned variant's, and why.")
        .buildWithCallback(counter -> routes.forEach(route -> fallbacks(counter, route)));
    meter
        .counterBuilder("weir_router_kept_answers")
        .setDescription("Answers kept for the ladder, and requests that one was found for or not.")
        .buildWithCallback(counter -> routes.forEach(route -> keptAnswers(counter, route)));
    meter
        .gaugeBuilder("weir_router_kept_answers_now")
        .ofLongs()
        .setDescription("Answers that are kept for the ladder.")
        .buildWithCallback(gauge -> routes.forEach(route -> keptNow(gauge, route)));
    meter
        .counterBuilder("weir_router_mirrored")
        .setDescription("Requests drawn to be copied to a shadow version, by what became of it.")
        .buildWithCallback(counter -> routes.forEach(route -> mirrored(counter, route)));
    meter
        .gaugeBuilder("weir_router_mirrored_in_flight")
        .ofLongs()
        .setDescription("Copies at shadow versions now.")
        .buildWithCallback(gauge -> routes.forEach(route -> copiesNow(gauge, route)));
  }

  private static void fallbacks(ObservableLongMeasurement counter, KnownRoute route) {
    for (Instead instead : Instead.values()) {
      for (FallbackTrigger trigger : FallbackTrigger.values()) {
        long count = route.fallbacks(instead, trigger);
        if (count > 0) {
          counter.record(
              count,
              Attributes.of(ROUTE, route.name(), INSTEAD, instead.word(), TRIGGER, trigger.word()));
        }
      }
    }
  }

  private static void keptAnswers(ObservableLongMeasurement counter, KnownRoute route) {
    AnswerCache answers = route.knownAnswers();
    if (answers != null) {
      counter.record(answers.kept(), of(route, "kept"));
      counter.record(answers.hits(), of(route, "hit"));
      counter.record(answers.misses(), of(route, "miss"));
    }
  }

  private static void keptNow(ObservableLongMeasurement gauge, KnownRoute route) {
    AnswerCache answers = route.knownAnswers();
    if (answers != null) {
      gauge.record(answers.size(), Attributes.of(ROUTE, route.name()));
    }
  }

  private static void mirrored(ObservableLongMeasurement counter, KnownRoute route) {
    for (MirrorResult result : MirrorResult.values()) {
      long count = route.mirrors(result);
      if (count > 0) {
        counter.record(count, of(route, result.word()));
      }
    }
  }

  private static void copiesNow(ObservableLongMeasurement gauge, KnownRoute route) {
    if (route.copiesInFlight() > 0) {
      gauge.record(route.copiesInFlight(), Attributes.of(ROUTE, route.name()));
    }
  }

  private static Attributes of(KnownRoute route, String result) {
    return Attributes.of(ROUTE, route.name(), RESULT, result);
  }
}

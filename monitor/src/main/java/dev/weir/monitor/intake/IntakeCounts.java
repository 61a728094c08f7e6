package dev.weir.monitor.intake;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** How often each {@link IntakeEvent} happened since the process began. Thread-safe. */
public final class IntakeCounts {
  private static final AttributeKey<String> EVENT = AttributeKey.stringKey("event");

  private static final AttributeKey<String> WHERE = AttributeKey.stringKey("where");
  private static final AttributeKey<String> POPULATION = AttributeKey.stringKey("population");
  private static final AttributeKey<String> ANSWER = AttributeKey.stringKey("answer");

  /** Strata told apart; what is dropped of others is counted together. */
  private static final int MAX_STRATA = 256;

  private static final Dropped OTHERS = new Dropped("other", "other", "other");

  private final Map<Dropped, LongAdder> dropped = new ConcurrentHashMap<>();

  private final LongAdder[] counts = new LongAdder[IntakeEvent.values().length];

  /**
   * Of what samples were dropped.
   *
   * @param where what had no room for them
   * @param population whose they were: a rollout, or "model/version"
   * @param answer class of their first row; "" when nobody asked
   */
  public record Dropped(String where, String population, String answer) {}

  /** All zero. */
  public IntakeCounts() {
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new LongAdder();
    }
  }

  /** One more. */
  public void add(IntakeEvent event) {
    counts[event.ordinal()].increment();
  }

  /**
   * Some more.
   *
   * @param times at least 0
   */
  public void add(IntakeEvent event, long times) {
    counts[event.ordinal()].add(times);
  }

  /** A sample more was dropped for want of room; arguments as in {@link Dropped}. */
  public void dropped(String where, String population, String answer) {
    var stratum = new Dropped(where, population, answer);
    LongAdder known = dropped.get(stratum);
    if (known == null) {
      known =
          dropped.computeIfAbsent(
              dropped.size() < MAX_STRATA ? stratum : OTHERS, s -> new LongAdder());
    }
    known.increment();
  }

  /** How many samples were dropped so far, by stratum. */
  public Map<Dropped, Long> dropped() {
    var all = new LinkedHashMap<Dropped, Long>();
    dropped.forEach((stratum, count) -> all.put(stratum, count.sum()));
    return all;
  }

  /** How often so far. */
  public long of(IntakeEvent event) {
    return counts[event.ordinal()].sum();
  }

  /** All of them by word. */
  public Map<String, Long> byWord() {
    var words = new LinkedHashMap<String, Long>();
    for (IntakeEvent event : IntakeEvent.values()) {
      words.put(event.word(), of(event));
    }
    return words;
  }

  /** Shows them as {@code weir_monitor_intake_events} and {@code weir_monitor_samples_dropped}. */
  public void registerWith(Meter meter) {
    meter
        .counterBuilder("weir_monitor_intake_events")
        .setDescription("What came in, and what of it was not used, by event.")
        .buildWithCallback(out -> {
          for (IntakeEvent event : IntakeEvent.values()) {
            out.record(of(event), Attributes.of(EVENT, event.word()));
          }
        });
    meter
        .counterBuilder("weir_monitor_samples_dropped")
        .setDescription("Samples dropped for want of room, by where, whose and what they answered.")
        .buildWithCallback(out ->
            dropped.forEach((stratum, count) ->
                out.record(
                    count.sum(),
                    Attributes.of(
                        WHERE,
                        stratum.where(),
                        POPULATION,
                        stratum.population(),
                        ANSWER,
                        stratum.answer()))));
  }
}

package dev.weir.monitor.stats.concept;

import dev.weir.monitor.stats.detector.RateDetector;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoublePredicate;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Measures how often each detector sees a drift in 20,000 labels of error rate .08, and how many
 * labels after the 2,000th it takes when the rate is .15 from there on. The test beside it runs
 * some streams; this main runs many and prints the table of docs/concept-drift.md, started like
 * {@link dev.weir.monitor.stats.FalseRollbackSimulation}, with [STREAMS=500].
 */
public final class ConceptDelaySimulation {
  static final double SOUND = 0.08;
  static final double WORSE = 0.15;
  static final int CHANGE = 2_000;
  static final int SOUND_LABELS = 20_000;
  static final int LABELS = 12_000;
  private static final long OTHER_SEEDS = 1_000_000;

  private ConceptDelaySimulation() {}

  /** Runs the simulation. */
  public static void main(String[] args) {
    int streams = args.length > 0 ? Integer.parseInt(args[0]) : 500;
    detectors()
        .forEach((name, detector) -> {
          Measured measured = measure(detector, streams);
          System.out.printf(
              Locale.ROOT,
              "%-36s false %5.1f %%, before the change %5.1f %%, missed %5.1f %%, "
                  + "delay mean %5.0f, p95 %5.0f (%d streams)%n",
              name,
              100 * measured.falseAlarms(),
              100 * measured.early(),
              100 * measured.missed(),
              measured.meanDelay(),
              measured.delay95(),
              streams);
        });
  }

  /** By name: makes one for a stream, which may draw from what it is given. */
  static Map<String, Function<RandomGenerator, DoublePredicate>> detectors() {
    var detectors = new LinkedHashMap<String, Function<RandomGenerator, DoublePredicate>>();
    detectors.put("e-detector, rate known", random -> eDetector(SOUND));
    detectors.put("e-detector, bound of 2,000 labels", random -> eDetector(estimated(random)));
    detectors.put("ADWIN", random -> new Adwin(Adwin.Parameters.usual())::observe);
    detectors.put("Page-Hinkley, both sides", random -> pageHinkley(PageHinkley.Side.BOTH));
    detectors.put("Page-Hinkley, up", random -> pageHinkley(PageHinkley.Side.UP));
    detectors.put("HDDM_A", random -> new HddmA()::observe);
    detectors.put("HDDM_W", random -> new HddmW()::observe);
    detectors.put("DDM", random -> new Ddm()::observe);
    detectors.put("EDDM", random -> new Eddm()::observe);
    detectors.put("KSWIN", random -> new Kswin(random)::observe);
    return detectors;
  }

  private static DoublePredicate pageHinkley(PageHinkley.Side side) {
    return new PageHinkley(new PageHinkley.Parameters(30, 0.005, 50, 0.9999, side))::observe;
  }

  /** An average run length of a million labels. */
  private static DoublePredicate eDetector(double bound) {
    var detector = new RateDetector(bound);
    double threshold = Math.log(1e6);
    return value -> {
      detector.observe(value == 1);
      return detector.logEvidence() >= threshold;
    };
  }

  private static double estimated(RandomGenerator random) {
    double errors =
        IntStream.range(0, 2_000).mapToDouble(i -> ConceptStreams.error(random, SOUND)).sum();
    return RateDetector.boundFrom(errors, 2_000);
  }

  /**
   * What was measured.
   *
   * @param falseAlarms share of sound streams with a drift
   * @param early share of changing streams with a drift before the change
   * @param missed share of the others without a drift after it
   * @param meanDelay labels from the change to the drift; NaN: never seen
   * @param delay95 95 % are within so many
   */
  record Measured(
      double falseAlarms, double early, double missed, double meanDelay, double delay95) {}

  static Measured measure(Function<RandomGenerator, DoublePredicate> detector, int streams) {
    long sound = 0;
    int early = 0;
    int missed = 0;
    var delays = new double[streams];
    int found = 0;
    for (int seed = 0; seed < streams; seed++) {
      sound += first(detector, seed, SOUND, SOUND_LABELS) < 0 ? 0 : 1;
      int place = first(detector, OTHER_SEEDS + seed, WORSE, LABELS);
      if (place < 0) {
        missed++;
      } else if (place < CHANGE) {
        early++;
      } else {
        delays[found++] = place - CHANGE + 1;
      }
    }
    double[] sorted = Arrays.stream(delays, 0, found).sorted().toArray();
    return new Measured(
        (double) sound / streams,
        (double) early / streams,
        (double) missed / Math.max(1, streams - early),
        Arrays.stream(sorted).average().orElse(Double.NaN),
        found == 0 ? Double.NaN : sorted[(int) Math.ceil(0.95 * found) - 1]);
  }

  /** Place of the first drift; -1: none. */
  private static int first(
      Function<RandomGenerator, DoublePredicate> made, long seed, double after, int labels) {
    RandomGenerator random = ConceptStreams.random(seed);
    DoublePredicate detector = made.apply(ConceptStreams.random(-1 - seed));
    for (int i = 0; i < labels; i++) {
      if (detector.test(ConceptStreams.error(random, i < CHANGE ? SOUND : after))) {
        return i;
      }
    }
    return -1;
  }
}

package dev.weir.monitor.watch;

import dev.weir.monitor.stats.detector.Discoveries;
import dev.weir.monitor.stats.detector.DriftDetector;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which detectors of a version were to be believed together when one of them alarmed (e-BH). The
 * share of those named that are not to blame is, at a moment tau, at most E[tau] over the run
 * length on average: error over patience (arXiv 2501.04130), not a false discovery rate. Immutable.
 *
 * @param at when
 * @param named the detectors, the strongest first
 */
record Discovery(Instant at, List<Named> named) {
  private static final int MOST_TOLD = 5;

  /**
   * One detector.
   *
   * @param feature what it watches
   * @param alarm what it would alarm about
   * @param hasAlarmed whether it reached the alarm's threshold itself
   */
  record Named(String feature, Alarm alarm, boolean hasAlarmed) {}

  /** A detector where it stands. */
  record Candidate(Watched watched, Alarm alarm, DriftDetector detector, double logEvidence) {}

  /** All detectors where they stand. */
  static List<Candidate> candidates(List<? extends Watched> watched) {
    var all = new ArrayList<Candidate>();
    for (Watched each : watched) {
      for (Map.Entry<Alarm, DriftDetector> entry : each.detectors().entrySet()) {
        all.add(
            new Candidate(each, entry.getKey(), entry.getValue(), entry.getValue().logEvidence()));
      }
    }
    return all;
  }

  /**
   * What is to be believed now; empty when no detector has reached the threshold.
   *
   * @param logThreshold where one alarms
   * @param runLength of all together
   */
  static Optional<Discovery> of(
      List<Candidate> all, double logThreshold, double runLength, Instant now) {
    if (all.stream().noneMatch(each -> each.logEvidence() >= logThreshold)) {
      return Optional.empty();
    }
    List<Double> evidence = all.stream().map(Candidate::logEvidence).toList();
    List<Named> named =
        Discoveries.benjaminiHochberg(evidence, runLength).stream()
            .map(all::get)
            .sorted((a, b) -> Double.compare(b.logEvidence(), a.logEvidence()))
            .map(each ->
                new Named(each.watched().name(), each.alarm(), each.logEvidence() >= logThreshold))
            .toList();
    return Optional.of(new Discovery(now, named));
  }

  /** The others beside one, for its alarm's words; empty: there are none. */
  String beside(String feature, Alarm alarm) {
    List<Named> others =
        named.stream()
            .filter(each -> !(each.feature().equals(feature) && each.alarm() == alarm))
            .toList();
    if (others.isEmpty()) {
      return "";
    }
    String names =
        IntStream.range(0, Math.min(MOST_TOLD, others.size()))
            .mapToObj(i -> others.get(i).feature() + " (" + others.get(i).alarm().kind() + ")")
            .collect(Collectors.joining(", "));
    return "; named with it: "
        + names
        + (others.size() > MOST_TOLD ? " and %d more".formatted(others.size() - MOST_TOLD) : "");
  }
}

package dev.weir.monitor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Evidence agrees with an independent computation in 60-digit decimals, see golden_evidence.py. */
class GoldenEvidenceTest {
  record Case(String name, String kind, List<String> parameters, List<List<String>> steps) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Case> cases() {
    var cases = new ArrayList<Case>();
    for (List<String> words : lines("golden-cases.txt")) {
      if (words.getFirst().equals("case")) {
        cases.add(
            new Case(
                words.get(1), words.get(2), words.subList(3, words.size()), new ArrayList<>()));
      } else {
        cases.getLast().steps().add(words);
      }
    }
    return cases;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void evidence_agrees_with_an_independent_computation(Case golden) {
    double expected =
        lines("golden-evidence.txt").stream()
            .filter(words -> words.getFirst().equals(golden.name()))
            .mapToDouble(words -> Double.parseDouble(words.get(1)))
            .findFirst()
            .orElseThrow();
    assertThat(evidence(golden)).isCloseTo(expected, within(1e-9));
  }

  private static double evidence(Case golden) {
    List<String> parameters = golden.parameters();
    return switch (golden.kind()) {
      case "errors" -> {
        var test =
            new ErrorRateTest(
                ErrorRateTest.Parameters.tolerating(Double.parseDouble(parameters.get(0))));
        feed(
            golden,
            (rho, words) ->
                test.update(
                    rho, new HitCounts(at(words, 0), at(words, 1), at(words, 2), at(words, 3))),
            words -> test.learnBaseline(at(words, 0), at(words, 0) + at(words, 1)),
            test::closeSlice);
        yield test.logEvidence();
      }
      case "latency" -> {
        var test =
            new LatencyTest(
                LatencyTest.Parameters.tolerating(
                    Double.parseDouble(parameters.get(0)), Long.parseLong(parameters.get(1))));
        feed(
            golden,
            (rho, words) -> test.update(rho, histogram(words.get(0)), histogram(words.get(1))),
            words -> test.learnBaseline(histogram(words.get(0))),
            test::closeSlice);
        yield test.logEvidence();
      }
      case "classes" -> {
        var test =
            new PredictedClassTest(
                PredictedClassTest.Parameters.tolerating(Double.parseDouble(parameters.get(0))));
        feed(
            golden,
            (rho, words) -> test.update(rho, counts(words.get(0)), counts(words.get(1))),
            words -> test.learnBaseline(counts(words.get(0))),
            test::closeSlice);
        yield test.logEvidence();
      }
      case "ratio" -> {
        var test = new SampleRatioTest(Double.parseDouble(parameters.get(0)));
        feed(
            golden,
            (rho, words) -> test.update(rho, new ArmUnits(at(words, 0), at(words, 1))),
            words -> {},
            test::closeSlice);
        yield test.logEvidence();
      }
      default -> throw new IllegalStateException(golden.kind());
    };
  }

  private static void feed(
      Case golden,
      BiConsumer<Double, List<String>> cell,
      Consumer<List<String>> learn,
      Runnable close) {
    for (List<String> step : golden.steps()) {
      List<String> rest = step.subList(1, step.size());
      switch (step.getFirst()) {
        case "cell" ->
            cell.accept(Double.parseDouble(rest.getFirst()), rest.subList(1, rest.size()));
        case "learn" -> learn.accept(rest);
        case "close" -> close.run();
        default -> throw new IllegalStateException(step.toString());
      }
    }
  }

  private static long at(List<String> words, int index) {
    return Long.parseLong(words.get(index));
  }

  private static LatencyHistogram histogram(String text) {
    var histogram = new LatencyHistogram();
    counts(text)
        .forEach((bucket, count) -> {
          if (bucket.equals("x")) {
            histogram.addUnanswered(count);
          } else {
            histogram.add(Integer.parseInt(bucket), count);
          }
        });
    return histogram;
  }

  private static Map<String, Long> counts(String text) {
    var counts = new HashMap<String, Long>();
    if (!text.equals("-")) {
      for (String entry : text.split(",", -1)) {
        String[] parts = entry.split(":", -1);
        counts.put(parts[0], Long.parseLong(parts[1]));
      }
    }
    return counts;
  }

  private static List<List<String>> lines(String resource) {
    try (InputStream in = GoldenEvidenceTest.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + resource);
      }
      return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(line -> Arrays.asList(line.split(" +", -1)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

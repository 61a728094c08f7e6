package dev.weir.monitor.stats.concept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Places of drifts are those of river 0.26.1 (BSD-3), run on the same streams by {@code
 * src/test/python/concept_streams.py}.
 */
class ConceptDetectorTest {
  private static double[] stream(String name) throws IOException {
    try (InputStream in = ConceptDetectorTest.class.getResourceAsStream(name + ".txt")) {
      if (in == null) {
        throw new IOException("no resource " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .mapToDouble(Double::parseDouble)
          .toArray();
    }
  }

  private static List<Integer> drifts(ConceptDetector detector, double[] stream) {
    var places = new ArrayList<Integer>();
    for (int i = 0; i < stream.length; i++) {
      if (detector.observe(stream[i])) {
        places.add(i);
      }
    }
    return places;
  }

  static Stream<Arguments> river() {
    return Stream.of(
        Arguments.of(
            new PageHinkley(PageHinkley.Parameters.usual()), "d1", List.of(1020, 1397, 1548, 1988)),
        Arguments.of(new Ddm(), "d2", List.of(1049)),
        Arguments.of(new Eddm(), "d2", List.of(663, 828, 1007, 1078)),
        Arguments.of(new HddmA(), "d2", List.of(1047)),
        Arguments.of(new HddmA(0.001, true), "d3", List.of(531, 1015, 1545)),
        Arguments.of(new HddmW(), "d2", List.of(1018)),
        Arguments.of(new HddmW(0.001, 0.05, true), "d3", List.of(507, 1032, 1508)));
  }

  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("river")
  void drifts_are_seen_where_river_sees_them(
      ConceptDetector detector, String stream, List<Integer> places) throws IOException {
    assertThat(drifts(detector, stream(stream))).as(detector.name()).isEqualTo(places);
  }

  /** River forgets its whole window at a drift; the paper keeps the part that fits. */
  @Test
  void adwin_sees_the_first_drift_of_each_kind_where_river_sees_it() throws IOException {
    for (var expected :
        java.util.Map.of("d1", List.of(1023), "d2", List.of(1055), "d3", List.of(543, 1023, 1567))
            .entrySet()) {
      var places = new ArrayList<Integer>();
      var adwin = new Adwin(Adwin.Parameters.usual());
      double[] stream = stream(expected.getKey());
      for (int i = 0; i < stream.length; i++) {
        if (adwin.observe(stream[i])) {
          places.add(i);
          adwin = new Adwin(Adwin.Parameters.usual());
        }
      }
      assertThat(places).as(expected.getKey()).isEqualTo(expected.getValue());
    }
  }

  /**
   * River draws with Python's generator, seed 42, and sees it at 1042: other draws, about there.
   */
  @Test
  void kswin_sees_the_drift_where_river_does_give_or_take_its_draws() throws IOException {
    for (int seed = 0; seed < 5; seed++) {
      List<Integer> places = drifts(new Kswin(0.0001, 200, 100, random(seed)), stream("d1"));
      assertThat(places).isNotEmpty();
      assertThat(places.getFirst()).isBetween(1_030, 1_055);
    }
  }

  private static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /** First drift in a stream of errors of these rates, the second from the 2,000th on; -1: none. */
  private static int first(
      ConceptDetector detector, long seed, double before, double after, int n) {
    RandomGenerator random = random(seed);
    for (int i = 0; i < n; i++) {
      if (detector.observe(random.nextDouble() < (i < 2_000 ? before : after) ? 1 : 0)) {
        return i;
      }
    }
    return -1;
  }

  private static double share(Supplier<ConceptDetector> detector, int runs) {
    return IntStream.range(0, runs)
            .filter(seed -> first(detector.get(), seed, 0.08, 0.08, 20_000) >= 0)
            .count()
        / (double) runs;
  }

  private static double delay(Supplier<ConceptDetector> detector, int runs) {
    return IntStream.range(0, runs)
        .map(seed -> first(detector.get(), 10_000 + seed, 0.08, 0.15, 12_000))
        .filter(place -> place >= 2_000)
        .mapToDouble(place -> place - 2_000)
        .average()
        .orElseThrow();
  }

  /** Streams of 20,000 sound labels, and a rate from .08 to .15: river and 150 runs gave these. */
  @Test
  void false_alarms_and_delays_are_those_of_the_literature() {
    assertThat(share(() -> new Adwin(Adwin.Parameters.usual()), 100)).isZero();
    assertThat(delay(() -> new Adwin(Adwin.Parameters.usual()), 100)).isBetween(550.0, 770.0);
    assertThat(share(Ddm::new, 100)).isBetween(0.45, 0.78);
    assertThat(share(Eddm::new, 60)).isGreaterThan(0.9);
    assertThat(share(HddmA::new, 100)).isLessThan(0.1);
    assertThat(delay(HddmA::new, 100)).isBetween(950.0, 1_350.0);
    assertThat(share(HddmW::new, 60)).isZero();
    Supplier<ConceptDetector> rising =
        () ->
            new PageHinkley(new PageHinkley.Parameters(30, 0.005, 50, 0.9999, PageHinkley.Side.UP));
    assertThat(share(rising, 100)).isLessThan(0.1);
    assertThat(delay(rising, 100)).isBetween(750.0, 1_010.0);
  }

  static Stream<Arguments> bytes() {
    return Stream.of(
        codec(new Adwin(Adwin.Parameters.usual()), Adwin::fromBytes),
        codec(new PageHinkley(PageHinkley.Parameters.usual()), PageHinkley::fromBytes),
        codec(new Ddm(), Ddm::fromBytes),
        codec(new Eddm(), Eddm::fromBytes),
        codec(new HddmA(), HddmA::fromBytes),
        codec(new HddmW(), HddmW::fromBytes),
        codec(new Kswin(random(1)), bytes -> Kswin.fromBytes(bytes, random(1))));
  }

  private static Arguments codec(
      ConceptDetector detector, Function<byte[], ConceptDetector> fromBytes) {
    return Arguments.of(detector, fromBytes);
  }

  @ParameterizedTest
  @MethodSource("bytes")
  void each_goes_on_from_its_bytes(
      ConceptDetector detector, Function<byte[], ConceptDetector> fromBytes) {
    RandomGenerator random = random(5);
    for (int i = 0; i < 700; i++) {
      detector.observe(random.nextDouble() < 0.3 ? 1 : 0);
    }
    byte[] bytes = detector.toBytes();
    ConceptDetector again = fromBytes.apply(bytes);
    assertThat(again.toBytes()).isEqualTo(bytes);
    if (!(detector instanceof Kswin)) {
      for (int i = 0; i < 700; i++) {
        double value = random.nextDouble() < 0.7 ? 1 : 0;
        assertThat(again.observe(value)).isEqualTo(detector.observe(value));
      }
      assertThat(again.toBytes()).isEqualTo(detector.toBytes());
    }
    for (int length : new int[] {0, 1, bytes.length / 2, bytes.length - 1}) {
      assertThatThrownBy(() -> fromBytes.apply(Arrays.copyOf(bytes, length)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void the_window_of_adwin_is_bounded_in_memory_and_forgets_the_old_mean() {
    var adwin = new Adwin(Adwin.Parameters.usual());
    for (int i = 0; i < 200_000; i++) {
      adwin.observe(i < 190_000 ? 0 : 1);
    }
    assertThat(adwin.mean()).isGreaterThan(0.99);
    assertThat(adwin.toBytes().length).isLessThan(2_500);
  }

  @Test
  void wrong_parameters_are_refused() {
    assertThatThrownBy(() -> new Ddm(0, 3)).hasMessage("warmUp: 0 (expected: 1 or more)");
    assertThatThrownBy(() -> new HddmA(0, false)).hasMessageContaining("confidence: 0.0 (expected");
    assertThatThrownBy(() -> new Kswin(0.1, 50, 30, random(1)))
        .hasMessage("windowSize: 50 (expected: 60 or more)");
  }
}

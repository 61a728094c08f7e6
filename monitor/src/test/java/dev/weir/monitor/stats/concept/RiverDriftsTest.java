package dev.weir.monitor.stats.concept;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Places of drifts are those that river 0.26.1 (BSD-3) prints on the same streams: {@code python
 * src/test/python/concept_streams.py FOLDER}. They differ between versions of river.
 */
class RiverDriftsTest {
  private static final int DRAWN = 20;

  static Stream<Arguments> river() {
    PageHinkley.Parameters usual = PageHinkley.Parameters.usual();
    return Stream.of(
        Arguments.of(new PageHinkley(usual), "d1", List.of(1020, 1397, 1548, 1988)),
        Arguments.of(new PageHinkley(usual), "d2", List.of(1081)),
        Arguments.of(new PageHinkley(usual), "d3", List.of(588, 1097, 1585)),
        Arguments.of(new Ddm(), "d2", List.of(1049)),
        Arguments.of(new Ddm(), "d3", List.of(542, 1619)),
        Arguments.of(new Eddm(), "d2", List.of(663, 828, 1007, 1078)),
        Arguments.of(new Eddm(), "d3", List.of(62, 393, 449, 504, 573, 1715, 1956)),
        Arguments.of(new HddmA(), "d2", List.of(1047)),
        Arguments.of(new HddmA(), "d3", List.of(531, 1554)),
        Arguments.of(new HddmA(0.001, true), "d2", List.of(1047)),
        Arguments.of(new HddmA(0.001, true), "d3", List.of(531, 1015, 1545)),
        Arguments.of(new HddmW(), "d2", List.of(1018)),
        Arguments.of(new HddmW(), "d3", List.of(507, 1508)),
        Arguments.of(new HddmW(0.001, 0.05, true), "d2", List.of(1018)),
        Arguments.of(new HddmW(0.001, 0.05, true), "d3", List.of(507, 1032, 1508)));
  }

  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("river")
  void drifts_are_seen_where_river_sees_them(
      ConceptDetector detector, String stream, List<Integer> places) {
    assertThat(ConceptStreams.drifts(detector, ConceptStreams.stored(stream)))
        .as(detector.name())
        .isEqualTo(places);
  }

  static Stream<Arguments> adwin() {
    return Stream.of(
        Arguments.of("d1", List.of(1023)),
        Arguments.of("d2", List.of(1055)),
        Arguments.of("d3", List.of(543, 1023, 1567)));
  }

  @ParameterizedTest(name = "on {0}")
  @MethodSource("adwin")
  void an_adwin_begun_anew_after_a_drift_sees_what_river_sees(String name, List<Integer> places) {
    assertThat(adwinBegunAnew(ConceptStreams.stored(name))).isEqualTo(places);
  }

  /** Begun anew after each drift, as river's begins anew by itself. */
  private static List<Integer> adwinBegunAnew(double[] stream) {
    var seen = new ArrayList<Integer>();
    var adwin = new Adwin(Adwin.Parameters.usual());
    for (int i = 0; i < stream.length; i++) {
      if (adwin.observe(stream[i])) {
        seen.add(i);
        adwin = new Adwin(Adwin.Parameters.usual());
      }
    }
    return seen;
  }

  @ParameterizedTest
  @ValueSource(strings = {"ADWIN", "Page-Hinkley", "DDM", "EDDM", "HDDM_A", "HDDM_A two-sided"})
  void drifts_of_twenty_drawn_streams_are_seen_where_river_sees_them(String detector) {
    for (int seed = 1; seed <= DRAWN; seed++) {
      assertThat(seen(detector, ConceptStreams.drawn(seed)))
          .as("seed %s", seed)
          .isEqualTo(river(detector, seed));
    }
  }

  /**
   * Cannot be matched exactly: in river the sum of squared weights is less than 1 already at the
   * first value, which has the whole weight; in the paper, and here, it is 1. River is mostly an
   * observation earlier, if at all; two-sided it sees one drift more on these 20 streams.
   */
  @ParameterizedTest
  @ValueSource(strings = {"HDDM_W", "HDDM_W two-sided"})
  void hddm_w_sees_drifts_within_four_observations_of_where_river_does(String detector) {
    int ours = 0;
    int rivers = 0;
    for (int seed = 1; seed <= DRAWN; seed++) {
      List<Integer> river = river(detector, seed);
      List<Integer> seen = seen(detector, ConceptStreams.drawn(seed));
      assertThat(seen)
          .as("seed %s", seed)
          .allMatch(place -> river.stream().anyMatch(at -> Math.abs(place - at) <= 4));
      ours += seen.size();
      rivers += river.size();
    }
    assertThat(ours).isBetween(rivers - 1, rivers);
  }

  private static List<Integer> river(String detector, int seed) {
    return ConceptStreams.lines("drawn")
        .map(line -> line.split(",", -1))
        .filter(line -> line[0].equals(String.valueOf(seed)) && line[1].equals(detector))
        .flatMap(line -> line[2].isEmpty() ? Stream.empty() : Stream.of(line[2].split(" ", -1)))
        .map(Integer::valueOf)
        .toList();
  }

  private static List<Integer> seen(String detector, double[] stream) {
    return switch (detector) {
      case "ADWIN" -> adwinBegunAnew(stream);
      case "Page-Hinkley" ->
          ConceptStreams.drifts(new PageHinkley(PageHinkley.Parameters.usual()), stream);
      case "DDM" -> ConceptStreams.drifts(new Ddm(), stream);
      case "EDDM" -> ConceptStreams.drifts(new Eddm(), stream);
      case "HDDM_A" -> ConceptStreams.drifts(new HddmA(), stream);
      case "HDDM_A two-sided" -> ConceptStreams.drifts(new HddmA(0.001, true), stream);
      case "HDDM_W" -> ConceptStreams.drifts(new HddmW(), stream);
      case "HDDM_W two-sided" -> ConceptStreams.drifts(new HddmW(0.001, 0.05, true), stream);
      default -> throw new IllegalArgumentException(detector);
    };
  }

  /** Not river's places: left alone, ours keeps what fits, and drops the rest as it is found. */
  @Test
  void an_adwin_left_alone_goes_on_dropping_what_is_old() {
    var adwin = new Adwin(Adwin.Parameters.usual());
    List<Integer> drifts = ConceptStreams.drifts(adwin, ConceptStreams.stored("d1"));
    assertThat(drifts.getFirst()).isEqualTo(1023);
    assertThat(drifts).allMatch(place -> place >= 1000 && place < 1250);
    assertThat(adwin.width()).isBetween(900L, 1_030L);
  }

  /**
   * Cannot be matched exactly: river draws with numpy's generator, seed 42. Other draws see the
   * same drifts a few observations sooner or later.
   */
  @ParameterizedTest(name = "on {0}")
  @CsvSource({"d1, 1042", "d2, 1071", "d3, 561"})
  void kswin_sees_the_first_drift_within_fifteen_of_where_river_sees_it(String name, int place) {
    for (int seed = 0; seed < 5; seed++) {
      var kswin = new Kswin(0.0001, 200, 100, ConceptStreams.random(seed));
      List<Integer> drifts = ConceptStreams.drifts(kswin, ConceptStreams.stored(name));
      assertThat(drifts).as("seed %s", seed).isNotEmpty();
      assertThat(drifts.getFirst()).as("seed %s", seed).isBetween(place - 15, place + 15);
    }
  }
}

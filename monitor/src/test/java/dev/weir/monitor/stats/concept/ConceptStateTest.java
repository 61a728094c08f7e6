package dev.weir.monitor.stats.concept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.monitor.stats.GoldenBytes;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** State in bytes: goes on as before, of every released version, and damaged. */
class ConceptStateTest {
  /** Small windows, so that they fill. */
  enum Subject {
    ADWIN(() -> new Adwin(new Adwin.Parameters(0.002, 4, 2, 5, 10)), Adwin::fromBytes),
    DDM(Ddm::new, Ddm::fromBytes),
    EDDM(Eddm::new, Eddm::fromBytes),
    HDDM_A(() -> new HddmA(0.001, true), HddmA::fromBytes),
    HDDM_W(() -> new HddmW(0.001, 0.05, true), HddmW::fromBytes),
    PAGE_HINKLEY(
        () -> new PageHinkley(new PageHinkley.Parameters(30, 0.005, 5, 1, PageHinkley.Side.BOTH)),
        PageHinkley::fromBytes),
    KSWIN(() -> new Kswin(0.005, 20, 10, newest()), bytes -> Kswin.fromBytes(bytes, newest()));

    final Supplier<ConceptDetector> fresh;
    final Function<byte[], ConceptDetector> fromBytes;

    Subject(Supplier<ConceptDetector> fresh, Function<byte[], ConceptDetector> fromBytes) {
      this.fresh = fresh;
      this.fromBytes = fromBytes;
    }

    /** One generator state for all draws, so that a restored one draws as the first does. */
    private static RandomGenerator newest() {
      return () -> 0x5deece66dL << 31;
    }
  }

  private static ConceptDetector fed(Subject subject, int values) {
    ConceptDetector detector = subject.fresh.get();
    for (int i = 0; i < values; i++) {
      detector.observe(i * 7 % 10 < 3 ? 1 : 0);
    }
    return detector;
  }

  @ParameterizedTest
  @EnumSource
  void each_goes_on_from_its_bytes_wherever_it_is_cut(Subject subject) {
    RandomGenerator random = ConceptStreams.random(5);
    ConceptDetector straight = subject.fresh.get();
    ConceptDetector cut = subject.fresh.get();
    int drifts = 0;
    for (int i = 0; i < 3_000; i++) {
      double value = ConceptStreams.error(random, i / 500 % 2 == 0 ? 0.2 : 0.8);
      boolean drifted = straight.observe(value);
      assertThat(cut.observe(value)).isEqualTo(drifted);
      drifts += drifted ? 1 : 0;
      if (drifted || i % 97 == 0) {
        cut = subject.fromBytes.apply(cut.toBytes());
      }
    }
    assertThat(drifts).isPositive();
    assertThat(cut.toBytes()).isEqualTo(straight.toBytes());
  }

  @ParameterizedTest
  @EnumSource
  void bytes_of_released_versions_are_read_and_written_alike(Subject subject) {
    byte[] golden =
        new GoldenBytes(ConceptStateTest.class, "golden-bytes.properties").of(subject.name());
    assertThat(subject.fromBytes.apply(golden).toBytes()).isEqualTo(golden);
    assertThat(fed(subject, 12).toBytes()).hasSameSizeAs(golden).startsWith(golden[0], golden[1]);
  }

  @ParameterizedTest
  @EnumSource
  void bytes_cut_short_or_too_long_are_refused(Subject subject) {
    byte[] bytes = fed(subject, 200).toBytes();
    for (int length = 0; length < bytes.length; length++) {
      byte[] shorter = Arrays.copyOf(bytes, length);
      assertThatIllegalArgumentException().isThrownBy(() -> subject.fromBytes.apply(shorter));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> subject.fromBytes.apply(Arrays.copyOf(bytes, bytes.length + 1)));
  }

  /** Some damage reads as other numbers; then the detector must still work, and be written. */
  @ParameterizedTest
  @EnumSource
  void a_damaged_byte_is_refused_or_gives_a_detector_that_works(Subject subject) {
    byte[] bytes = fed(subject, 200).toBytes();
    for (int at = 0; at < bytes.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] damaged = bytes.clone();
        damaged[at] ^= (byte) (1 << bit);
        ConceptDetector read;
        try {
          read = subject.fromBytes.apply(damaged);
        } catch (IllegalArgumentException e) {
          assertThat(e).hasMessageMatching("(?s).+expected: .+");
          continue;
        }
        for (int i = 0; i < 64; i++) {
          read.observe(i % 2);
        }
        assertThat(read.toBytes()).isNotEmpty();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_value_out_of_range_is_refused_and_changes_nothing(Subject subject) {
    ConceptDetector detector = fed(subject, 50);
    byte[] before = detector.toBytes();
    for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY, -1e101}) {
      assertThatThrownBy(() -> detector.observe(value))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageMatching("value: .+ \\(expected: .+\\)");
    }
    assertThat(detector.toBytes()).isEqualTo(before);
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
    assertThatThrownBy(() -> new Eddm(30, 1)).hasMessageContaining("share: 1.0 (expected");
    assertThatThrownBy(() -> new HddmA(0, false)).hasMessageContaining("confidence: 0.0 (expected");
    assertThatThrownBy(() -> new HddmW(0.001, 1, false))
        .hasMessageContaining("lambda: 1.0 (expected");
    assertThatThrownBy(() -> new Kswin(0.1, 50, 30, ConceptStreams.random(1)))
        .hasMessage("windowSize: 50 (expected: 60 to 10000)");
    assertThatThrownBy(() -> new Kswin(0.1, 500, 101, ConceptStreams.random(1)))
        .hasMessage("recent: 101 (expected: 2 to 100)");
    assertThatThrownBy(() -> new Adwin.Parameters(0.002, 32, 1_001, 5, 10))
        .hasMessage("maxBuckets: 1001 (expected: 1 to 1000)");
  }
}

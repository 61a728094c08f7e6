package dev.weir.monitor.stats.concept;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.monitor.stats.concept.ConceptDelaySimulation.Measured;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Figures of docs/concept-drift.md, with fewer streams. */
class ConceptAlarmsTest {
  private static Measured measure(String name, int streams) {
    return ConceptDelaySimulation.measure(
        Objects.requireNonNull(ConceptDelaySimulation.detectors().get(name)), streams);
  }

  @Test
  void adwin_is_silent_on_sound_streams_and_needs_some_hundred_labels() {
    Measured adwin = measure("ADWIN", 100);
    assertThat(adwin.falseAlarms()).isZero();
    assertThat(adwin.early()).isZero();
    assertThat(adwin.missed()).isZero();
    assertThat(adwin.meanDelay()).isBetween(550.0, 770.0);
  }

  @Test
  void page_hinkley_and_hddm_a_seldom_alarm_on_sound_streams_and_are_slower() {
    Measured pageHinkley = measure("Page-Hinkley, up", 100);
    assertThat(pageHinkley.falseAlarms()).isLessThan(0.1);
    assertThat(pageHinkley.missed()).isZero();
    assertThat(pageHinkley.meanDelay()).isBetween(750.0, 1_010.0);
    Measured hddmA = measure("HDDM_A", 100);
    assertThat(hddmA.falseAlarms()).isLessThan(0.1);
    assertThat(hddmA.missed()).isZero();
    assertThat(hddmA.meanDelay()).isBetween(950.0, 1_350.0);
  }

  @Test
  void ddm_and_eddm_alarm_on_sound_streams() {
    assertThat(measure("DDM", 100).falseAlarms()).isBetween(0.45, 0.78);
    assertThat(measure("EDDM", 60).falseAlarms()).isGreaterThan(0.9);
  }

  @Test
  void hddm_w_is_silent_and_mostly_misses_so_small_a_change() {
    Measured hddmW = measure("HDDM_W", 60);
    assertThat(hddmW.falseAlarms()).isZero();
    assertThat(hddmW.missed()).isGreaterThan(0.8);
  }
}

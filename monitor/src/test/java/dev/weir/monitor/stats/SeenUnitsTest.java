package dev.weir.monitor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class SeenUnitsTest {
  @Test
  void a_unit_is_first_once() {
    var seen = new SeenUnits(10);
    assertThat(seen.offer(7)).isEqualTo(SeenUnits.Admission.FIRST);
    assertThat(seen.offer(-7)).isEqualTo(SeenUnits.Admission.FIRST);
    assertThat(seen.offer(7)).isEqualTo(SeenUnits.Admission.REPEATED);
    assertThat(seen.size()).isEqualTo(2);
  }

  @Test
  void a_full_set_refuses_new_units_and_still_knows_the_old() {
    var seen = new SeenUnits(3);
    for (long unit = 1; unit <= 3; unit++) {
      assertThat(seen.isFull()).isFalse();
      seen.offer(unit);
    }
    assertThat(seen.isFull()).isTrue();
    assertThat(seen.offer(4)).isEqualTo(SeenUnits.Admission.FULL);
    assertThat(seen.offer(2)).isEqualTo(SeenUnits.Admission.REPEATED);
    assertThat(seen.size()).isEqualTo(3);
  }

  @Test
  void a_hundred_thousand_units_of_any_pattern_are_told_apart() {
    var seen = new SeenUnits(200_000);
    for (long i = 1; i <= 50_000; i++) {
      assertThat(seen.offer(i << 40)).isEqualTo(SeenUnits.Admission.FIRST);
      assertThat(seen.offer(i)).isEqualTo(SeenUnits.Admission.FIRST);
    }
    for (long i = 1; i <= 50_000; i++) {
      assertThat(seen.offer(i << 40)).isEqualTo(SeenUnits.Admission.REPEATED);
    }
    assertThat(seen.size()).isEqualTo(100_000);
  }

  @Test
  void bytes_do_not_depend_on_the_order_of_arrival() {
    var forwards = new SeenUnits(100);
    var backwards = new SeenUnits(100);
    for (long i = 1; i <= 50; i++) {
      forwards.offer(i * 0x9e3779b97f4a7c15L);
      backwards.offer((51 - i) * 0x9e3779b97f4a7c15L);
    }
    assertThat(backwards.toBytes()).isEqualTo(forwards.toBytes());
    assertThat(SeenUnits.fromBytes(forwards.toBytes()).toBytes()).isEqualTo(forwards.toBytes());
  }

  @Test
  void its_bytes_of_version_1_never_change() {
    var seen = new SeenUnits(5);
    seen.offer(258);
    seen.offer(-1);
    assertThat(HexFormat.of().formatHex(seen.toBytes()))
        .isEqualTo(
            "01"
                + "55"
                + "0000000000000005"
                + "0000000000000002"
                + "ffffffffffffffff"
                + "0000000000000102");
  }

  @Test
  void damaged_bytes_are_refused() {
    var seen = new SeenUnits(5);
    seen.offer(1);
    seen.offer(2);
    byte[] bytes = seen.toBytes();
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> SeenUnits.fromBytes(cut))
          .isInstanceOf(IllegalArgumentException.class);
    }
    byte[] twice = bytes.clone();
    twice[25] = 2;
    assertThatThrownBy(() -> SeenUnits.fromBytes(twice)).hasMessageContaining("a unit twice");
    byte[] huge = bytes.clone();
    huge[10] = 0x10;
    assertThatThrownBy(() -> SeenUnits.fromBytes(huge))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void zero_is_no_unit() {
    assertThatThrownBy(() -> new SeenUnits(1).offer(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("unit: 0 (expected: not 0)");
  }

  @Test
  void a_capacity_out_of_bounds_is_refused() {
    assertThatThrownBy(() -> new SeenUnits(0)).hasMessageStartingWith("capacity: 0 (expected:");
    assertThatThrownBy(() -> new SeenUnits((1 << 28) + 1)).hasMessageStartingWith("capacity:");
  }
}

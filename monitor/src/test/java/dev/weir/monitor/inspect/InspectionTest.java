package dev.weir.monitor.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeEvent;
import dev.weir.proto.monitor.v1.Sample;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class InspectionTest {
  private static Inspected look(double age, double sex) {
    return Samples.inspected(
            List.of(Samples.sample("a", "1", Instant.EPOCH, age, sex, "x").build()))
        .getFirst();
  }

  private static List<String> buckets(Inspected inspected) {
    var names = new ArrayList<String>();
    for (int i = 0; i < inspected.features().size(); i++) {
      names.add(inspected.features().buckets(i).get(inspected.buckets()[i]));
    }
    return names;
  }

  @Test
  void values_fall_into_tenths_and_categories() {
    assertThat(buckets(look(10, 1))).containsExactly("10 to 14", "1");
    assertThat(buckets(look(14, 2))).containsExactly("14 to 18", "2");
    assertThat(buckets(look(50, 1))).containsExactly("46 to 50", "1");
  }

  @Test
  void what_the_reference_does_not_have_is_unusual_and_what_is_no_number_missing() {
    assertThat(look(54, 3).unusual()).containsExactly("sex");
    assertThat(look(54.1, 1).unusual()).containsExactly("age");
    assertThat(buckets(look(Double.NaN, Double.NaN))).containsExactly("(missing)", "(missing)");
    assertThat(look(Double.NaN, 1).unusual()).isEmpty();
  }

  @Test
  void a_sample_of_an_unknown_version_has_no_features() {
    Sample sample = Samples.sample("a", "9", Instant.EPOCH, 10, 1, "x").build();
    Inspected inspected = Samples.inspected(List.of(sample)).getFirst();
    assertThat(inspected.features().size()).isZero();
    assertThat(inspected.sample()).isEqualTo(sample);
  }

  @Test
  void copies_for_a_shadow_are_passed_over_and_what_does_not_fit_is_counted() {
    var counts = new IntakeCounts();
    var seen = new ArrayList<Inspected>();
    var inspection = new Inspection(1, 10, counts, List.of(seen::add));
    Sample.Builder copy = Samples.sample("a", "1", Instant.EPOCH, 10, 1, "x");
    copy.getAssignmentBuilder().setMirrored(true);
    inspection.samples(List.of(copy.build()));
    inspection.samples(List.of(copy.build(), copy.build()));
    inspection.work();
    assertThat(seen).isEmpty();
    assertThat(counts.of(IntakeEvent.INSPECTION_OVERFLOW)).isEqualTo(2);
  }
}

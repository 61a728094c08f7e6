package dev.weir.monitor.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeEvent;
import dev.weir.platform.time.TestClock;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class IntakeLossTest {
  private final TestClock clock = new TestClock();
  private final IntakeCounts counts = new IntakeCounts();
  private final Map<String, String> firing = new TreeMap<>();
  private final IntakeLoss loss =
      new IntakeLoss(
          counts,
          AlertConfig.defaults(),
          new Findings() {
            @Override
            public void firing(Finding finding) {
              firing.put(finding.kind(), finding.summary());
            }

            @Override
            public void quiet(Finding.Identity identity) {
              firing.remove(identity.kind());
            }
          },
          clock);

  private void look() {
    loss.look();
    clock.advance(IntakeLoss.LOOK_EVERY);
  }

  @Test
  void what_was_lost_before_the_first_look_is_no_news() {
    counts.add(IntakeEvent.SAMPLES_OVERFLOW, 1_000);
    look();
    look();
    assertThat(firing).isEmpty();
  }

  @Test
  void a_tolerated_share_is_silent_and_one_more_is_not() {
    look();
    counts.add(IntakeEvent.SAMPLES, 10_000);
    counts.add(IntakeEvent.SAMPLES_OVERFLOW, 100);
    look();
    assertThat(firing).isEmpty();
    counts.add(IntakeEvent.SAMPLES_LATE);
    look();
    assertThat(firing)
        .containsEntry("SamplesLost", "101 of 10,000 samples were lost within a minute");
  }

  @Test
  void samples_that_never_came_count_as_samples() {
    look();
    counts.add(IntakeEvent.SAMPLES_DROPPED_BY_WORKERS, 50);
    look();
    assertThat(firing).containsEntry("SamplesLost", "50 of 50 samples were lost within a minute");
  }

  @Test
  void it_is_quiet_a_minute_after_the_last_loss() {
    look();
    counts.add(IntakeEvent.SLICES, 9);
    counts.add(IntakeEvent.SLICES_MISSING);
    for (int i = 0; i < 6; i++) {
      look();
      assertThat(firing).containsKey("OutcomesLost");
    }
    look();
    assertThat(firing).isEmpty();
  }
}

package dev.weir.monitor.why;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.monitor.inspect.Samples;
import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.monitor.stats.slice.SliceCount;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.Sample;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class WhyBoardTest {
  private final TestClock clock = new TestClock();
  private final WhyConfig config = WhyConfig.defaults();
  private final WhyBoard board = new WhyBoard(config, clock);

  private Sample see(String id, String version, double age, double sex, String predicted) {
    Sample sample = Samples.sample(id, version, clock.now(), age, sex, predicted).build();
    Samples.inspected(List.of(sample)).forEach(board::observe);
    return sample;
  }

  private void label(Sample sample, String truth) {
    board.labels(
        List.of(
            new LabelledPrediction(
                sample,
                Feedback.newBuilder()
                    .setRequestId(sample.getRequestId())
                    .addTrueClasses(truth)
                    .build())));
  }

  private static Optional<SliceCount> slice(WhyBoard.Sides sides, String event, String value) {
    return SliceTally.slices(sides.before(), sides.after(), event).stream()
        .filter(slice -> slice.value().equals(value))
        .findFirst();
  }

  @Test
  void the_newest_window_is_compared_with_those_before() {
    see("1", "1", 12, 1, "yes");
    see("2", "1", 12, 2, "no");
    clock.advance(config.window());
    see("3", "1", 30, 1, "no");
    WhyBoard.Sides sides = board.overTime("r", "1", 1).orElseThrow();
    assertThat(SliceTally.all(sides.before(), sides.after(), "class:no"))
        .isEqualTo(new SliceCount("", "", 2, 1, 1, 1));
    assertThat(slice(sides, "class:no", "10 to 14"))
        .contains(new SliceCount("age", "10 to 14", 2, 1, 0, 0));
    assertThat(board.overTime("r", "1", 2)).isEmpty();
    assertThat(board.overTime("other", "1", 1)).isEmpty();
  }

  @Test
  void a_version_is_compared_with_another_over_the_windows_of_both() {
    see("1", "1", 12, 1, "yes");
    clock.advance(config.window());
    see("2", "1", 12, 1, "yes");
    see("3", "2", 12, 1, "no");
    WhyBoard.Sides sides = board.against("r", "2", "1").orElseThrow();
    assertThat(SliceTally.all(sides.before(), sides.after(), "class:yes"))
        .isEqualTo(new SliceCount("", "", 1, 1, 1, 0));
    assertThat(board.against("r", "2", "7")).isEmpty();
  }

  @Test
  void labels_count_where_their_prediction_was_whichever_came_first() {
    Sample first = see("1", "1", 12, 1, "yes");
    clock.advance(config.window());
    label(first, "no");
    Sample second = Samples.sample("2", "1", clock.now(), 12, 1, "yes").build();
    label(second, "yes");
    Samples.inspected(List.of(second)).forEach(board::observe);
    WhyBoard.Sides sides = board.overTime("r", "1", 1).orElseThrow();
    assertThat(SliceTally.all(sides.before(), sides.after(), SliceTally.WRONG))
        .isEqualTo(new SliceCount("", "", 1, 1, 1, 0));
  }

  @Test
  void an_erased_request_takes_no_label() {
    Sample first = see("1", "1", 12, 1, "yes");
    see("2", "1", 12, 1, "yes");
    clock.advance(config.window());
    see("3", "1", 12, 1, "yes");
    assertThat(board.erase("1")).isTrue();
    assertThat(board.erase("1")).isFalse();
    assertThat(board.eraseUnit("2".hashCode() + 1L)).isEqualTo(1);
    label(first, "no");
    WhyBoard.Sides sides = board.overTime("r", "1", 1).orElseThrow();
    assertThat(SliceTally.all(sides.before(), sides.after(), SliceTally.WRONG).before()).isZero();
  }

  @Test
  void old_windows_and_clocks_that_run_ahead_are_left_out() {
    see("1", "1", 12, 1, "yes");
    clock.advance(config.window().multipliedBy(config.windows()));
    see("2", "1", 12, 1, "yes");
    assertThat(board.overTime("r", "1", 1)).isEmpty();
    Sample ahead =
        Samples.sample("3", "1", clock.now().plus(config.window().multipliedBy(3)), 1, 1, "yes")
            .build();
    Samples.inspected(List.of(ahead)).forEach(board::observe);
    assertThat(board.overTime("r", "1", 1)).isEmpty();
  }

  @Test
  void of_classes_beyond_the_bound_only_the_unit_counts() {
    for (int i = 0; i < config.maxClasses() + 5; i++) {
      see("a" + i, "1", 12, 1, "c" + i);
    }
    clock.advance(config.window());
    see("b", "1", 12, 1, "c0");
    WhyBoard.Sides sides = board.overTime("r", "1", 1).orElseThrow();
    assertThat(sides.before().events()).hasSize(config.maxClasses());
    assertThat(SliceTally.all(sides.before(), sides.after(), "class:c0").before())
        .isEqualTo(config.maxClasses() + 5L);
  }
}

package dev.weir.monitor.labelling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.monitor.inspect.Samples;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.OutputDifference;
import dev.weir.proto.monitor.v1.Sample;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LabellingQueueTest {
  private final TestClock clock = new TestClock();
  private final LabellingConfig config = new LabellingConfig(3, 2, 100, Duration.ofDays(1), 10);
  private final LabellingQueue queue = new LabellingQueue(config, clock);

  private void see(Sample.Builder sample) {
    Samples.inspected(List.of(sample.build())).forEach(queue::observe);
  }

  private Sample.Builder sample(String id, double age, float... probabilities) {
    Sample.Builder sample = Samples.sample(id, "1", clock.now(), age, 1, "yes");
    for (float probability : probabilities) {
      sample.addProbabilities(probability);
    }
    return sample;
  }

  private void disagree(String id) {
    queue.pairs(
        List.of(
            MirrorPair.newBuilder()
                .setRequestId(id)
                .setCompared(true)
                .addOutputs(OutputDifference.newBuilder().setRows(1))
                .build()));
  }

  private List<String> best() {
    return queue.best(Optional.empty(), 10).stream().map(Candidate::requestId).toList();
  }

  @Test
  void the_least_certain_come_first_and_the_sure_not_at_all() {
    see(sample("sure", 20, 1, 0));
    see(sample("some", 20, 0.8f, 0.2f));
    see(sample("torn", 20, 0.5f, 0.5f));
    assertThat(best()).containsExactly("torn", "some");
    see(Samples.sample("half", "1", clock.now(), 20, 1, "yes").addConfidences(0.3f));
    assertThat(best()).containsExactly("torn", "half", "some");
  }

  @Test
  void unusual_inputs_and_a_shadow_that_disagrees_count_more_than_doubt() {
    see(sample("torn", 20, 0.5f, 0.5f));
    see(sample("odd", 99, 0.9f, 0.1f));
    see(sample("other", 99, 0.9f, 0.1f));
    disagree("other");
    assertThat(best()).containsExactly("other", "odd", "torn");
    assertThat(queue.best(Optional.of("r"), 1).getFirst().unusual()).containsExactly("age");
    assertThat(queue.best(Optional.of("x"), 1)).isEmpty();
  }

  @Test
  void a_pair_may_come_before_its_prediction() {
    disagree("a");
    see(sample("a", 20, 1, 0));
    assertThat(best()).containsExactly("a");
  }

  @Test
  void what_is_worth_least_makes_room() {
    for (int i = 1; i <= 5; i++) {
      see(sample("a" + i, 20, 1 - i / 20f, i / 20f));
    }
    assertThat(best()).containsExactly("a5", "a4", "a3");
  }

  @Test
  void what_has_its_label_leaves_and_does_not_come_back() {
    see(sample("a", 20, 0.5f, 0.5f));
    queue.labelled(List.of("a", "b"));
    see(sample("a", 20, 0.5f, 0.5f));
    see(sample("b", 20, 0.5f, 0.5f));
    disagree("a");
    assertThat(best()).isEmpty();
  }

  @Test
  void a_prediction_waits_for_so_long_and_no_longer() {
    see(sample("a", 20, 0.5f, 0.5f));
    clock.advance(Duration.ofDays(1).plusSeconds(1));
    assertThat(best()).isEmpty();
  }

  @Test
  void requests_and_units_are_erased() {
    see(sample("a", 20, 0.5f, 0.5f));
    see(sample("b", 20, 0.5f, 0.5f));
    assertThat(queue.erase("a")).isTrue();
    assertThat(queue.erase("a")).isFalse();
    assertThat(queue.eraseUnit("b".hashCode() + 1L)).isEqualTo(1);
    assertThat(best()).isEmpty();
  }
}

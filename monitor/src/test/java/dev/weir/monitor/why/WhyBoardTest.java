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
  private int requests;

  private Sample see(String id, String version, double age, double sex, String predicted) {
    Sample sample =
        Samples.sample(id, version, clock.now(), age, sex, predicted)
            .setTraceId("trace of " + id)
            .build();
    Samples.inspected(List.of(sample)).forEach(board::observe);
    return sample;
  }

  /** Many alike. */
  private void see(int times, double age, double sex, String predicted) {
    for (int i = 0; i < times; i++) {
      see("many " + requests++, "1", age, sex, predicted);
    }
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

  private static Question question(String version, String event, int recent) {
    return new Question("r", "", version, "", event, recent);
  }

  private static Question against(String version, String other, String event) {
    return new Question("r", "m", version, other, event, Question.FIND);
  }

  private Explanation explained(Question question) {
    Answer answer = board.explain(question);
    assertThat(answer).isInstanceOf(Answer.Explained.class);
    return ((Answer.Explained) answer).explanation();
  }

  private String nothing(Question question) {
    Answer answer = board.explain(question);
    assertThat(answer).isInstanceOf(Answer.Nothing.class);
    return ((Answer.Nothing) answer).reason();
  }

  private static SliceCount all(Explanation explanation, String event) {
    return explanation.events().stream()
        .filter(change -> change.event().equals(event))
        .map(Explanation.EventChange::all)
        .findFirst()
        .orElseThrow();
  }

  private static Optional<Explanation.Slice> slice(Explanation explanation, String value) {
    return explanation.slices().stream()
        .filter(slice -> slice.finding().count().value().equals(value))
        .findFirst();
  }

  @Test
  void the_newest_window_is_compared_with_those_before() {
    see("1", "1", 12, 1, "yes");
    see("2", "1", 12, 2, "no");
    clock.advance(config.window());
    see("3", "1", 30, 1, "no");
    Explanation explanation = explained(question("1", "class:no", 1));
    assertThat(all(explanation, "class:no")).isEqualTo(new SliceCount("", "", 2, 1, 1, 1));
    assertThat(slice(explanation, "10 to 14").orElseThrow().finding().count())
        .isEqualTo(new SliceCount("age", "10 to 14", 2, 1, 0, 0));
    assertThat(explanation.sinceMillis() - explanation.beforeMillis())
        .isEqualTo(config.window().toMillis());
    assertThat(nothing(question("1", "", 2))).startsWith("there are not yet two windows of 5m");
    assertThat(nothing(new Question("other", "", "1", "", "", 1)))
        .isEqualTo(
            "nothing is known of version 1 here: no sample in 2h, or no reference in the registry");
  }

  @Test
  void since_when_is_where_the_most_changed() {
    for (int window = 0; window < 6; window++) {
      boolean isWorse = window >= 2;
      see(50, 12, 1, "yes");
      see(50, 30, 2, isWorse ? "no" : "yes");
      clock.advance(config.window());
    }
    Explanation explanation = explained(question("1", "", Question.FIND));
    assertThat(explanation.starts()).hasSize(6);
    assertThat(explanation.sinceMillis()).isEqualTo(explanation.starts().get(2));
    assertThat(explanation.event()).isEqualTo("class:no");
    Explanation.Slice first = explanation.slices().getFirst();
    assertThat(first.finding().count().feature()).isIn("age", "sex");
    assertThat(first.finding().shown()).isTrue();
    assertThat(first.line().hits()).containsExactly(0L, 0L, 50L, 50L, 50L, 50L);
    // Two events, five places to cut, three intervals for each bucket and one for the whole.
    int buckets = 12 + 4;
    assertThat(explanation.comparisons()).isEqualTo(2 * 5 * (3 * buckets + 1));
    assertThat(board.known())
        .singleElement()
        .satisfies(known ->
            assertThat(known.cut().orElseThrow().sinceMillis())
                .isEqualTo(explanation.sinceMillis()));
  }

  @Test
  void a_side_with_few_units_is_no_change() {
    see(100, 12, 1, "yes");
    clock.advance(config.window());
    see((int) Explainer.LEAST_UNITS - 1, 12, 1, "no");
    assertThat(nothing(question("1", "", Question.FIND))).contains("enough predictions");
    see(1, 12, 1, "no");
    assertThat(explained(question("1", "", Question.FIND)).event()).isEqualTo("class:no");
  }

  @Test
  void a_version_is_compared_with_another_over_the_windows_of_both() {
    see("1", "1", 12, 1, "yes");
    clock.advance(config.window());
    see("2", "1", 12, 1, "yes");
    see("3", "2", 12, 1, "no");
    Explanation explanation = explained(against("2", "1", "class:yes"));
    assertThat(all(explanation, "class:yes")).isEqualTo(new SliceCount("", "", 1, 1, 1, 0));
    assertThat(explanation.line().hits()).containsExactly(0L);
    assertThat(explanation.other().hits()).containsExactly(1L);
    assertThat(nothing(against("2", "7", ""))).startsWith("nothing is known of version 7");
    assertThat(nothing(against("2", "1", "class:maybe"))).contains("no such event");
  }

  @Test
  void labels_count_where_their_prediction_was_whichever_came_first() {
    Sample first = see("1", "1", 12, 1, "yes");
    clock.advance(config.window());
    label(first, "no");
    Sample second = Samples.sample("2", "1", clock.now(), 12, 1, "yes").build();
    label(second, "yes");
    Samples.inspected(List.of(second)).forEach(board::observe);
    assertThat(all(explained(question("1", "", 1)), SliceTally.WRONG))
        .isEqualTo(new SliceCount("", "", 1, 1, 1, 0));
  }

  @Test
  void traces_are_the_newest_of_the_slice_with_the_event_after_the_change() {
    see("before", "1", 12, 1, "no");
    clock.advance(config.window());
    see("other class", "1", 12, 1, "yes");
    see("other slice", "1", 30, 1, "no");
    see("one", "1", 12, 1, "no");
    see("two", "1", 12, 1, "no");
    assertThat(slice(explained(question("1", "class:no", 1)), "10 to 14").orElseThrow().traceIds())
        .containsExactly("trace of two", "trace of one");
    assertThat(board.erase("two")).isTrue();
    assertThat(board.eraseUnit("one".hashCode() + 1L)).isEqualTo(1);
    assertThat(slice(explained(question("1", "class:no", 1)), "10 to 14").orElseThrow().traceIds())
        .isEmpty();
  }

  @Test
  void examples_are_bounded_and_the_newest_stay() {
    see("before", "1", 12, 1, "no");
    clock.advance(config.window());
    for (int i = 0; i < config.maxExamples(); i++) {
      see("one slice " + i, "1", 12, 1, "yes");
    }
    see(config.maxExamples(), 30, 1, "yes");
    Explanation explanation = explained(question("1", "class:yes", 1));
    assertThat(slice(explanation, "10 to 14").orElseThrow().traceIds()).isEmpty();
    assertThat(slice(explanation, "30 to 34").orElseThrow().traceIds()).hasSize(8);
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
    assertThat(explained(question("1", "", 1)).events())
        .extracting(Explanation.EventChange::event)
        .containsExactly("class:yes");
  }

  @Test
  void old_windows_and_clocks_that_run_ahead_are_left_out() {
    see("1", "1", 12, 1, "yes");
    assertThat(board.known()).hasSize(1);
    clock.advance(config.window().multipliedBy(config.windows()));
    assertThat(board.known()).isEmpty();
    see("2", "1", 12, 1, "yes");
    assertThat(nothing(question("1", "", 1))).isNotEmpty();
    Sample ahead =
        Samples.sample("3", "1", clock.now().plus(config.window().multipliedBy(3)), 1, 1, "yes")
            .build();
    Samples.inspected(List.of(ahead)).forEach(board::observe);
    assertThat(nothing(question("1", "", 1))).isNotEmpty();
  }

  @Test
  void of_classes_beyond_the_bound_only_the_unit_counts() {
    for (int i = 0; i < config.maxClasses() + 5; i++) {
      see("a" + i, "1", 12, 1, "c" + i);
    }
    clock.advance(config.window());
    see("b", "1", 12, 1, "c0");
    see("c", "1", 12, 1, "another class");
    Explanation explanation = explained(question("1", "", 1));
    assertThat(explanation.events()).hasSize(config.maxClasses());
    assertThat(all(explanation, "class:c0"))
        .isEqualTo(new SliceCount("", "", config.maxClasses() + 5L, 1, 2, 1));
  }

  @Test
  void versions_of_two_models_without_a_route_are_told_apart() {
    see("1", "1", 12, 1, "yes");
    clock.advance(config.window());
    see("2", "1", 12, 1, "yes");
    assertThat(nothing(new Question("r", "other model", "1", "", "", 1))).isNotEmpty();
    assertThat(explained(new Question("r", "m", "1", "", "", 1)).event()).isEqualTo("class:yes");
  }
}

package dev.weir.monitor.mirror;

import static dev.weir.monitor.mirror.Pairs.compared;
import static dev.weir.monitor.mirror.Pairs.output;
import static dev.weir.monitor.mirror.Pairs.pair;
import static dev.weir.monitor.mirror.Pairs.report;
import static dev.weir.monitor.mirror.Pairs.side;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeEvent;
import dev.weir.monitor.intake.SaidDropped;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.MirrorPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class MirrorBoardTest {
  private static final MirrorKey KEY = new MirrorKey("fraud", "fraud/4", "fraud/5");

  private final TestClock clock = new TestClock();
  private final IntakeCounts counts = new IntakeCounts();
  private final List<String> kept = new ArrayList<>();
  private final List<MirrorPair> judged = new ArrayList<>();
  private final MirrorBoard board =
      new MirrorBoard(
          new MirrorConfig(2, 2, 2, Duration.ofMinutes(1)),
          counts,
          new SaidDropped(10),
          kept::addAll,
          judged::addAll,
          clock);

  private MirrorView only() {
    assertThat(board.views()).hasSize(1);
    return board.views().getFirst();
  }

  @Test
  void pairs_are_counted_by_how_they_ended_and_each_side_by_status() {
    board.take(
        report(
            pair("a").build(),
            pair("b").setShadow(side("5", 14, 1)).build(),
            pair("c").setShadow(side("5", 14, 1)).build(),
            pair("d").setPrimary(side("4", 4, 1)).build(),
            pair("e").setPrimary(side("4", 13, 1)).setShadow(side("5", 13, 1)).build()));

    MirrorView view = only();
    assertThat(view.key()).isEqualTo(KEY);
    assertThat(view.pairs()).isEqualTo(5);
    assertThat(view.results())
        .isEqualTo(
            Map.of(
                MirrorResult.BOTH_OK, 1L,
                MirrorResult.SHADOW_FAILED, 2L,
                MirrorResult.PRIMARY_FAILED, 1L,
                MirrorResult.BOTH_FAILED, 1L));
    assertThat(view.primary().statuses()).isEqualTo(Map.of(0, 3L, 4, 1L, 13, 1L));
    assertThat(view.shadow().statuses()).isEqualTo(Map.of(0, 2L, 14, 2L, 13, 1L));
    assertThat(counts.of(IntakeEvent.MIRROR_PAIRS)).isEqualTo(5);
  }

  @Test
  void latencies_are_those_of_pairs_with_two_answers() {
    for (int i = 0; i < 99; i++) {
      board.take(report(pair("a").build()));
    }
    board.take(
        report(
            pair("b").setPrimary(side("4", 0, 300)).setShadow(side("5", 0, 200)).build(),
            pair("c").setShadow(side("5", 14, 5_000)).build()));

    MirrorView view = only();
    assertThat(view.shadowSlower()).isEqualTo(99);
    assertThat(view.primary().p50Millis().orElseThrow()).isCloseTo(10, within(0.4));
    assertThat(view.shadow().p50Millis().orElseThrow()).isCloseTo(12, within(0.4));
    assertThat(view.shadow().p99Millis().orElseThrow()).isCloseTo(12, within(0.4));
  }

  @Test
  void outputs_add_up_row_by_row() {
    board.take(
        report(
            pair("a").setCompared(true).addOutputs(output("scores", 10, 9, 0.1)).build(),
            pair("b").setCompared(true).addOutputs(output("scores", 10, 10, 0)).build(),
            pair("c").setCompared(true).addUnlikeOutputs("scores").build(),
            pair("not looked at").build()));

    MirrorView view = only();
    assertThat(view.compared()).isEqualTo(3);
    assertThat(view.unlike()).isEqualTo(1);
    MirrorView.Output output = view.outputs().getFirst();
    assertThat(output.rows()).isEqualTo(20);
    assertThat(output.rowsAgreeing()).isEqualTo(19);
    assertThat(output.absolute().p50()).isZero();
    assertThat(output.absolute().max()).isEqualTo(0.1);
  }

  @Test
  void the_most_different_pairs_are_kept_with_their_traces() {
    board.take(
        report(
            compared("same", true, 0).build(),
            traced(compared("off a little", true, 0.1), "1"),
            traced(compared("off", true, 0.5), "2"),
            traced(compared("another label, no trace", false, 1.5), ""),
            traced(compared("another label", false, 0.5), "3"),
            traced(compared("less", true, 0.2), "4")));

    assertThat(only().differing())
        .extracting(pair -> pair.request().id())
        .containsExactly("another label", "another label, no trace");
    assertThat(kept).extracting(trace -> trace.substring(31)).containsExactly("1", "2", "3");
  }

  @Test
  void a_pair_is_as_different_as_its_numbers_not_as_the_names_of_its_classes() {
    var label = output("label", 1, 0, 1).toBuilder().setDatatype("INT64");
    for (double off : new double[] {0.2, 0.7, 0.4}) {
      board.take(
          report(
              pair("off " + off)
                  .setCompared(true)
                  .addOutputs(label)
                  .addOutputs(output("scores", 1, 0, off))
                  .build()));
    }
    assertThat(only().differing())
        .extracting(MirrorView.Differing::output, pair -> pair.request().id())
        .containsExactly(tuple("scores", "off 0.7"), tuple("scores", "off 0.4"));
  }

  @Test
  void answers_of_another_form_come_first() {
    board.take(
        report(
            compared("another label", false, 2).build(),
            compared("form", true, 0).addUnlikeOutputs("scores").build()));
    assertThat(only().differing())
        .extracting(pair -> pair.request().id())
        .containsExactly("form", "another label");
  }

  @Test
  void of_failures_the_newest_are_kept_rather_those_with_a_trace() {
    for (String trace : List.of("1", "2", "", "3", "")) {
      board.take(report(traced(pair("t" + trace).setShadow(side("5", 14, 1)), trace)));
    }
    assertThat(only().failing())
        .extracting(pair -> pair.request().id())
        .containsExactly("t3", "t2");
  }

  @Test
  void each_route_and_pair_of_versions_is_one_and_too_many_are_counted() {
    board.take(report(pair("a").build()));
    clock.advance(Duration.ofSeconds(1));
    board.take(report(pair("b").setRoute("other").build(), pair("c").setRoute("third").build()));

    assertThat(board.views())
        .extracting(view -> view.key().route())
        .containsExactly("other", "fraud");
    assertThat(counts.of(IntakeEvent.MIRROR_PAIRS_OVERFLOW)).isEqualTo(1);
  }

  @Test
  void outputs_for_which_there_is_no_room_are_counted() {
    board.take(
        report(
            pair("a")
                .setCompared(true)
                .addOutputs(output("x", 1, 1, 0))
                .addOutputs(output("y", 1, 1, 0))
                .addOutputs(output("z", 1, 1, 0))
                .build()));
    assertThat(only().outputs()).extracting(MirrorView.Output::name).containsExactly("x", "y");
    assertThat(counts.of(IntakeEvent.MIRROR_OUTPUTS_OVERFLOW)).isEqualTo(1);
  }

  @Test
  void a_comparison_is_forgotten_when_nothing_comes() {
    board.take(report(pair("a").build()));
    clock.advance(Duration.ofSeconds(60));
    assertThat(board.views()).hasSize(1);
    clock.advance(Duration.ofSeconds(1));
    assertThat(board.views()).isEmpty();
    assertThat(counts.of(IntakeEvent.MIRROR_COMPARISONS_FORGOTTEN)).isEqualTo(1);
  }

  @Test
  void a_report_that_is_too_long_is_taken_up_to_the_bound() {
    var report = report().toBuilder();
    for (int i = 0; i < 1_003; i++) {
      report.addPairs(pair("a"));
    }
    board.take(report.setDroppedPairs(7).build());
    assertThat(only().pairs()).isEqualTo(1_000);
    assertThat(counts.of(IntakeEvent.MIRROR_PAIRS_REFUSED)).isEqualTo(3);
    assertThat(counts.of(IntakeEvent.MIRROR_PAIRS_DROPPED_BY_ROUTERS)).isEqualTo(7);
  }

  static List<MirrorPair> malformed() {
    return List.of(
        pair("a").setRoute(" ").build(),
        pair("a").setRoute("r".repeat(129)).build(),
        pair("i".repeat(1_025)).build(),
        pair("a").clearPrimary().build(),
        pair("a").setShadow(side("", 0, 1)).build(),
        pair("a").setShadow(side("5", 17, 1)).build(),
        pair("a").setShadow(side("5", -1, 1)).build(),
        pair("a").setShadow(side("5", 0, -1)).build(),
        pair("a").setPrimary(side("4", 0, 1).toBuilder().setTraceId("nonsense")).build(),
        pair("not compared").addOutputs(output("x", 1, 1, 0)).build(),
        compared("failed", true, 0).setShadow(side("5", 14, 1)).build(),
        pair("a").setCompared(true).addOutputs(output("", 1, 1, 0)).build(),
        pair("a").setCompared(true).addOutputs(output("x", 1, 2, 0)).build(),
        pair("a").setCompared(true).addOutputs(output("x", -1, -1, 0)).build(),
        pair("a").setCompared(true).addOutputs(output("x", 1, 1, -0.1)).build(),
        pair("a").setCompared(true).addOutputs(output("x", 1, 1, Double.NaN)).build());
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void what_makes_no_sense_is_refused_and_counted(MirrorPair pair) {
    board.take(report(pair));
    assertThat(board.views()).isEmpty();
    assertThat(counts.of(IntakeEvent.MIRROR_PAIRS_REFUSED)).isEqualTo(1);
    assertThat(counts.of(IntakeEvent.MIRROR_PAIRS)).isZero();
  }

  @Test
  void an_answer_that_is_no_number_is_infinitely_off() {
    board.take(report(compared("a", true, Double.POSITIVE_INFINITY).build()));
    assertThat(only().outputs().getFirst().absolute().max()).isInfinite();
  }

  private static MirrorPair traced(MirrorPair.Builder pair, String lastDigit) {
    if (!lastDigit.isEmpty()) {
      pair.getPrimaryBuilder().setTraceId(Pairs.TRACE.substring(0, 31) + lastDigit);
    }
    return pair.build();
  }
}

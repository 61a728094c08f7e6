package dev.weir.monitor.guardrail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.monitor.simulated.Behaviour;
import dev.weir.monitor.simulated.SimulatedTraffic;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import dev.weir.proto.route.v1.GuardrailEvidence;
import dev.weir.proto.route.v1.Verdict;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A monitor that is killed at random points, between any two steps of taking, saving and
 * acknowledging, knows in the end exactly what one knows that was never killed.
 */
final class RestartTest {
  /** A router as the protocol wants it: sends all that is not acknowledged, in order. */
  private static final class Router {
    final List<OutcomeSlice> pending = new ArrayList<>();

    void add(OutcomeSlice slice) {
      pending.add(slice);
    }

    void report(EvidenceBook book, boolean answerLost) {
      long acknowledged =
          book.takeOutcomes(
              ReportOutcomesRequest.newBuilder()
                  .setRouterProcess("router-1/a")
                  .addAllSlices(pending)
                  .build());
      if (!answerLost) {
        pending.removeIf(slice -> slice.getSequence() <= acknowledged);
      }
    }
  }

  private static BookUnderTest newBook() {
    var test = new BookUnderTest(new TestClock(), EvidenceConfig.defaults());
    test.book.follow(BookUnderTest.snapshot(BookUnderTest.rollout()));
    return test;
  }

  private static BookUnderTest restarted(Optional<byte[]> disk) throws IOException {
    var test = new BookUnderTest(new TestClock(), EvidenceConfig.defaults());
    if (disk.isPresent()) {
      test.book.restore(disk.get());
    }
    test.book.follow(BookUnderTest.snapshot(BookUnderTest.rollout()));
    return test;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void evidence_of_outcomes_is_the_same_whenever_the_monitor_was_killed(long seed)
      throws IOException {
    List<OutcomeSlice> slices = slices(seed, seed % 2 == 0 ? 0 : 300);
    BookUnderTest calm = newBook();
    var calmRouter = new Router();
    for (OutcomeSlice slice : slices) {
      calmRouter.add(slice);
      calmRouter.report(calm.book, false);
    }

    RandomGenerator chance = Randomness.seeded(seed + 1_000);
    BookUnderTest killed = newBook();
    Optional<byte[]> disk = Optional.empty();
    var router = new Router();
    int restarts = 0;
    for (OutcomeSlice slice : slices) {
      router.add(slice);
      router.report(killed.book, chance.nextInt(4) == 0);
      if (chance.nextInt(3) == 0) {
        Optional<EvidenceBook.Image> image = killed.book.image();
        int fate = chance.nextInt(4);
        if (image.isPresent() && fate > 0) {
          disk = Optional.of(image.get().bytes());
          if (fate > 1) {
            killed.book.saved(image.get());
          }
        }
        if (fate < 2) {
          killed = restarted(disk);
          restarts++;
        }
      }
    }
    // what was sent last may have been lost with the last restart, so the router sends it again
    router.report(killed.book, false);

    assertThat(restarts).isGreaterThan(5);
    assertThat(comparable(killed.verdict())).isEqualTo(comparable(calm.verdict()));
  }

  @Test
  void a_decision_outlives_a_restart_and_is_sent_again() throws IOException {
    BookUnderTest test = newBook();
    var traffic = new SimulatedTraffic(Randomness.seeded(5), 400);
    traffic.canary = Behaviour.SOUND.withErrors(1);
    test.takeUntilDecided(traffic, 20);
    byte[] disk = test.book.image().orElseThrow().bytes();

    BookUnderTest again = restarted(Optional.of(disk));

    assertThat(again.verdict()).isEqualTo(test.verdict());
    for (int quarter = 0; quarter < 8; quarter++) {
      again.take(traffic.next());
    }
    assertThat(again.verdict().getExplanation()).isEqualTo(test.verdict().getExplanation());
    assertThat(again.decided).isEmpty();
  }

  @Test
  void samples_seen_before_a_restart_do_not_count_again() throws IOException {
    BookUnderTest test = newBook();
    var traffic = new SimulatedTraffic(Randomness.seeded(6), 400);
    var lastSeconds = new ArrayList<SimulatedTraffic.Quarter>();
    for (int quarter = 0; quarter < 40; quarter++) {
      SimulatedTraffic.Quarter next = traffic.next();
      lastSeconds.add(next);
      test.take(next);
    }
    long judged = predictions(test.verdict());
    int waiting = test.book.waitingSamples();
    assertThat(judged).isPositive();

    BookUnderTest again = restarted(Optional.of(test.book.image().orElseThrow().bytes()));
    // a worker that got no answers sends its last reports again
    for (SimulatedTraffic.Quarter repeated : lastSeconds.subList(20, 40)) {
      again.book.takeSamples(repeated.samples());
      again.book.closeSamples();
    }
    again.clock.advance(Duration.ofSeconds(5));
    again.book.closeSamples();

    assertThat(predictions(again.verdict())).isEqualTo(judged + waiting);
  }

  @Test
  void evidence_and_lanes_of_other_monitors_are_forgotten() throws IOException {
    BookUnderTest test = newBook();
    for (OutcomeSlice slice : slices(3, 0)) {
      test.book.takeOutcomes(
          4,
          ReportOutcomesRequest.newBuilder()
              .setRouterProcess("router-1/a")
              .addSlices(slice)
              .build());
    }
    test.book.place(new byte[] {1, 2, 3});
    byte[] image = test.book.image().orElseThrow().bytes();

    BookUnderTest same = restarted(Optional.of(image));
    same.book.keepOnly(lane -> true, route -> true);
    assertThat(same.book.place()).containsExactly(1, 2, 3);
    assertThat(same.verdict()).isEqualTo(test.verdict());

    var other = new BookUnderTest(new TestClock(), EvidenceConfig.defaults());
    other.book.restore(image);
    other.book.keepOnly(lane -> lane != 4, route -> false);
    assertThat(other.book.verdicts()).isEmpty();
  }

  @Test
  void nothing_is_acknowledged_before_it_is_saved() {
    BookUnderTest test = newBook();
    List<OutcomeSlice> slices = slices(3, 0);
    assertThat(send(test, slices.get(0))).isZero();
    EvidenceBook.Image image = test.book.image().orElseThrow();
    assertThat(send(test, slices.get(1))).isZero();
    test.book.saved(image);
    assertThat(send(test, slices.get(2))).isEqualTo(1);
    test.book.saved(test.book.image().orElseThrow());
    assertThat(send(test, slices.get(3))).isEqualTo(3);
  }

  @Test
  void slices_that_concern_no_rollout_are_acknowledged_at_once() {
    var test = new BookUnderTest();
    assertThat(send(test, slices(3, 0).getFirst())).isEqualTo(1);
    assertThat(test.book.image()).isEmpty();
  }

  @Test
  void while_saving_fails_slices_are_acknowledged_all_the_same() {
    BookUnderTest test = newBook();
    List<OutcomeSlice> slices = slices(3, 0);
    send(test, slices.get(0));
    test.book.image();
    test.book.notSaved();
    assertThat(send(test, slices.get(1))).isEqualTo(2);
  }

  private static long send(BookUnderTest test, OutcomeSlice slice) {
    return test.book.takeOutcomes(
        ReportOutcomesRequest.newBuilder().setRouterProcess("router-1/a").addSlices(slice).build());
  }

  private static List<OutcomeSlice> slices(long seed, int users) {
    var traffic = new SimulatedTraffic(Randomness.seeded(seed), 200);
    traffic.canaryShare = 0.3;
    traffic.users = users;
    traffic.canary = Behaviour.SOUND.withMedianMillis(4.5).withErrors(0.004);
    var slices = new ArrayList<OutcomeSlice>();
    for (int quarter = 0; quarter < 120; quarter++) {
      traffic.step = quarter / 60;
      slices.addAll(traffic.next().outcomes().getSlicesList());
    }
    return slices;
  }

  private static long predictions(Verdict verdict) {
    return verdict.getGuardrailsList().stream()
        .filter(evidence -> evidence.getGuardrail().equals("predicted_class"))
        .mapToLong(evidence -> evidence.getCanaryUnits() + evidence.getBaselineUnits())
        .sum();
  }

  private static List<GuardrailEvidence> comparable(Verdict verdict) {
    assertThat(verdict.getCanaryRequests()).isPositive();
    return verdict.getGuardrailsList();
  }
}

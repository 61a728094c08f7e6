package dev.weir.monitor.scale;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.monitor.intake.BusinessPoint;
import dev.weir.monitor.intake.IntakeEvent;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Assignment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A monitor reads a log that stands still until told; it is killed between any two steps. */
final class LogReaderTest {
  private final TestClock clock = new TestClock();
  private final LogUnderTest log = new LogUnderTest(clock);

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void evidence_is_the_same_whenever_the_monitor_was_killed(long seed) {
    RandomGenerator chance = Randomness.seeded(seed);
    var mesh = new TwoRoutes(seed);
    var alone = new MonitorAlone();
    var saved = new MonitorUnderTest.Disk();
    var monitor = new MonitorUnderTest(log, "0/1", saved);
    int kills = 0;
    for (int i = 0; i < 40; i++) {
      TwoRoutes.Second second = mesh.next();
      alone.take(second);
      log.write(second);
      if (chance.nextInt(5) == 0) {
        // its answer was lost, and its sender came again
        log.write(second);
      }
      if (chance.nextInt(3) > 0) {
        monitor.read();
      }
      if (chance.nextInt(2) == 0) {
        monitor.saves.save();
      }
      if (chance.nextInt(4) == 0) {
        monitor = new MonitorUnderTest(log, "0/1", saved);
        kills++;
      }
    }
    monitor.readToTheEnd();

    assertThat(kills).isGreaterThan(3);
    for (String route : TwoRoutes.ROUTES) {
      assertThat(monitor.evidence(route)).as(route).isEqualTo(alone.evidence(route));
    }
  }

  @Test
  void two_monitors_divide_the_routes_and_each_says_what_one_says() {
    var mesh = new TwoRoutes(5);
    var alone = new MonitorAlone();
    var monitors =
        List.of(
            new MonitorUnderTest(log, "0/2", new MonitorUnderTest.Disk()),
            new MonitorUnderTest(log, "1/2", new MonitorUnderTest.Disk()));
    for (int i = 0; i < 20; i++) {
      TwoRoutes.Second second = mesh.next();
      alone.take(second);
      log.write(second);
      monitors.forEach(MonitorUnderTest::read);
    }
    monitors.forEach(MonitorUnderTest::readToTheEnd);

    for (String route : TwoRoutes.ROUTES) {
      List<MonitorUnderTest> owners =
          monitors.stream().filter(monitor -> monitor.watches(route)).toList();
      assertThat(owners).hasSize(1);
      assertThat(owners.getFirst().evidence(route)).isEqualTo(alone.evidence(route));
    }
  }

  @Test
  void a_monitor_that_lost_its_disk_has_all_again_that_kafka_keeps() {
    var mesh = new TwoRoutes(6);
    var alone = new MonitorAlone();
    for (int i = 0; i < 10; i++) {
      TwoRoutes.Second second = mesh.next();
      alone.take(second);
      log.write(second);
    }
    var anew = new MonitorUnderTest(log, "0/1", new MonitorUnderTest.Disk());
    anew.readToTheEnd();
    for (String route : TwoRoutes.ROUTES) {
      assertThat(anew.evidence(route)).isEqualTo(alone.evidence(route));
    }
  }

  @Test
  void a_label_that_comes_after_a_restart_finds_its_prediction_and_one_that_came_before_is_known() {
    var mesh = new TwoRoutes(10);
    var saved = new MonitorUnderTest.Disk();
    var before = new MonitorUnderTest(log, "0/1", saved);
    for (int i = 0; i < 5; i++) {
      log.write(mesh.next());
    }
    before.readToTheEnd();
    long earlier = labelled(before);
    TwoRoutes.Second second = mesh.next();
    int half = second.labels().size() / 2;
    log.write(
        new TwoRoutes.Second(second.slices(), second.samples(), second.labels().subList(0, half)));
    before.readToTheEnd();
    before.saves.save();
    assertThat(labelled(before)).isEqualTo(earlier + half);

    var after = new MonitorUnderTest(log, "0/1", saved);
    after.readToTheEnd();
    assertThat(labelled(after)).as("nothing is told again").isEqualTo(earlier + half);
    log.write(second);
    after.readToTheEnd();
    assertThat(labelled(after)).isEqualTo(earlier + second.labels().size());
  }

  private static long labelled(MonitorUnderTest monitor) {
    return TwoRoutes.ROUTES.stream()
        .flatMap(route -> monitor.evidence(route).stream())
        .filter(evidence -> evidence.getGuardrail().equals("accuracy"))
        .mapToLong(evidence -> evidence.getCanaryUnits() + evidence.getBaselineUnits())
        .sum();
  }

  @Test
  void a_business_number_finds_its_draw_at_the_owner_also_after_a_restart() {
    TwoRoutes.Second second = new TwoRoutes(11).next();
    Sample sample = second.samples().getSamples(0);
    Assignment draw = sample.getAssignment();
    var saved = new MonitorUnderTest.Disk();
    var before = new MonitorUnderTest(log, "0/1", saved);
    log.write(second);
    before.readToTheEnd();
    before.saves.save();

    var after = new MonitorUnderTest(log, "0/1", saved);
    var number =
        new BusinessPoint(
            "revenue",
            draw.getRoute(),
            draw.getVariant(),
            sample.getRequestId(),
            Optional.empty(),
            3.5,
            1);
    log.write(List.of(number, number));
    after.readToTheEnd();
    assertThat(after.intake.of(IntakeEvent.BUSINESS_UNITS)).isEqualTo(1);
    assertThat(after.intake.of(IntakeEvent.BUSINESS_REPEATED)).isEqualTo(1);
    assertThat(after.means.lines())
        .singleElement()
        .satisfies(line -> assertThat(line.mean()).isEqualTo(3.5));
  }

  @Test
  void what_kafka_deleted_before_it_was_read_is_said() {
    var mesh = new TwoRoutes(7);
    var saved = new MonitorUnderTest.Disk();
    var before = new MonitorUnderTest(log, "0/1", saved);
    log.write(mesh.next());
    before.readToTheEnd();
    before.saves.save();
    for (int i = 0; i < 5; i++) {
      log.write(mesh.next());
    }
    log.deleteAllBut(LogTopic.LABELS, 2);
    var after = new MonitorUnderTest(log, "0/1", saved);
    after.readToTheEnd();
    assertThat(after.counts.of(LogTopic.LABELS, LogEvent.LOST)).isEqualTo(3);
    assertThat(after.counts.of(LogTopic.LABELS, LogEvent.READ)).isEqualTo(2);
  }

  @Test
  void a_record_that_is_none_is_passed_over_and_counted() {
    log.writeRaw(LogTopic.LABELS, 0, new byte[] {(byte) 0xff});
    log.write(new TwoRoutes(8).next());
    var monitor = new MonitorUnderTest(log, "0/1", new MonitorUnderTest.Disk());
    monitor.readToTheEnd();
    assertThat(monitor.counts.of(LogTopic.LABELS, LogEvent.UNREADABLE)).isEqualTo(1);
    assertThat(monitor.counts.of(LogTopic.LABELS, LogEvent.READ)).isEqualTo(1);
    assertThat(monitor.counts.behind(LogTopic.LABELS)).isZero();
  }

  @Test
  void nothing_of_a_worker_is_late_because_the_log_could_not_be_read_for_long() {
    var mesh = new TwoRoutes(9);
    var monitor = new MonitorUnderTest(log, "0/1", new MonitorUnderTest.Disk());
    log.write(mesh.next());
    monitor.read();
    clock.advance(Duration.ofMinutes(5));
    monitor.read();
    log.write(mesh.next());
    monitor.read();
    assertThat(monitor.intake.of(IntakeEvent.SAMPLES_LATE)).isZero();
  }
}

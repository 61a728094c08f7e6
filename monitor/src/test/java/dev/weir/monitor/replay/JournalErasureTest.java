package dev.weir.monitor.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.monitor.privacy.Erasure;
import dev.weir.monitor.simulated.Behaviour;
import dev.weir.monitor.simulated.SimulatedTraffic;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.ErrorRate;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.LabelQuality;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is forgotten is in no journal and no evidence any more, and replay stays what it was. */
final class JournalErasureTest {
  @TempDir Path folder;
  private final List<Sample> canaries = new ArrayList<>();

  private static Guardrail[] guardrails() {
    return new Guardrail[] {
      Guardrail.newBuilder().setName("e").setErrorRate(ErrorRate.getDefaultInstance()).build(),
      Guardrail.newBuilder().setName("l").setLabelQuality(LabelQuality.getDefaultInstance()).build()
    };
  }

  private RecordedRollout rollout() throws IOException {
    return new RecordedRollout(folder, guardrails());
  }

  private static SimulatedTraffic traffic(long seed, int users) {
    var traffic = new SimulatedTraffic(Randomness.seeded(seed), 400);
    traffic.users = users;
    traffic.canaryShare = 0.5;
    traffic.canary = Behaviour.SOUND.withErrors(0.004);
    return traffic;
  }

  /** A quarter of a second of traffic, all of it labelled, a part wrongly predicted. */
  private void take(RecordedRollout rollout, SimulatedTraffic traffic) {
    SimulatedTraffic.Quarter quarter = traffic.next();
    rollout.take(quarter);
    var labels = new ArrayList<LabelledPrediction>();
    for (Sample sample : quarter.samples().getSamplesList()) {
      labels.add(
          new LabelledPrediction(
              sample,
              Feedback.newBuilder()
                  .setRequestId(sample.getRequestId())
                  .addTrueClasses(sample.getTraceId().startsWith("0") ? "wrong" : "0")
                  .build()));
      if (sample.getAssignment().getArm() == Arm.ARM_CANARY) {
        canaries.add(sample);
      }
    }
    rollout.book().takeLabels(labels);
  }

  private static Erasure of(Sample request, Sample trace, Sample unit) {
    long number = unit.getAssignment().getUnit();
    return new Erasure(
        Set.of(request.getRequestId()),
        unit.getAssignment().getSticky() ? Set.of(number) : Set.of(),
        Set.of(trace.getTraceId()));
  }

  /** Everything on disk, journals inflated. */
  private String disk(RecordedRollout rollout) throws IOException {
    var all = new StringBuilder();
    JournalFile.read(
        rollout.file(),
        entry -> {
          all.append(new String(entry, StandardCharsets.ISO_8859_1));
          return true;
        });
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        all.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
      }
    }
    return all.toString();
  }

  private static List<String> names(Erasure erasure) {
    var names = new ArrayList<String>(erasure.requestIds());
    names.addAll(erasure.traceIds());
    for (long unit : erasure.units()) {
      for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
        names.add(
            new String(
                ByteBuffer.allocate(8).order(order).putLong(unit).array(),
                StandardCharsets.ISO_8859_1));
      }
    }
    return names;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void what_is_forgotten_is_gone_and_every_verdict_comes_out_again(long seed) throws Exception {
    SimulatedTraffic traffic = traffic(seed, seed % 2 == 0 ? 5_000 : 0);
    RandomGenerator chance = Randomness.seeded(seed + 100);
    RecordedRollout rollout = rollout();
    for (int quarter = 0; quarter < 100; quarter++) {
      take(rollout, traffic);
      if (quarter == 60) {
        traffic.canary = Behaviour.SOUND.withErrors(0.2);
      }
      switch (chance.nextInt(6)) {
        case 0 -> rollout.save();
        case 1 -> rollout.kill();
        case 2 -> {
          Sample newest = canaries.getLast();
          Erasure all =
              rollout.erase(of(canaries.get(chance.nextInt(canaries.size())), newest, newest));
          assertThat(disk(rollout)).doesNotContain(names(all).toArray(String[]::new));
        }
        default -> {
          // goes on
        }
      }
    }
    // those that the verdict shows as well
    Verdict shown = rollout.book().verdicts().getFirst();
    assertThat(shown.getExemplarTraceIdsList()).isNotEmpty();
    Erasure all =
        rollout.erase(
            new Erasure(
                Set.copyOf(shown.getExemplarRequestIdsList()),
                Set.of(),
                Set.copyOf(shown.getExemplarTraceIdsList())));
    Verdict then = rollout.book().verdicts().getFirst();
    assertThat(then.getExemplarTraceIdsList())
        .hasSameSizeAs(shown.getExemplarTraceIdsList())
        .doesNotContainAnyElementsOf(shown.getExemplarTraceIdsList());
    assertThat(disk(rollout)).doesNotContain(names(all).toArray(String[]::new));

    rollout.become(RolloutState.ROLLED_BACK);
    take(rollout, traffic);
    rollout.save();
    ReplayedRollout replayed = rollout.replayed();
    assertThat(replayed.problem()).isEmpty();
    assertThat(replayed.outcome().compared()).hasSize(2);
    assertThat(replayed.allEqual()).isTrue();
  }

  @ParameterizedTest(name = "at once: {0}")
  @ValueSource(booleans = {true, false})
  void an_erasure_that_a_kill_interrupts_is_finished_at_the_next_start(boolean atOnce)
      throws Exception {
    SimulatedTraffic traffic = traffic(7, 5_000);
    RecordedRollout rollout = rollout();
    for (int quarter = 0; quarter < 30; quarter++) {
      take(rollout, traffic);
    }
    rollout.save();
    Sample some = canaries.get(5);
    Erasure erasure = of(some, some, some);
    assertThat(disk(rollout)).contains(some.getRequestId(), some.getTraceId());

    rollout.eraseAndBeKilled(erasure, atOnce);
    assertThat(folder.resolve("erasing.bin")).doesNotExist();
    assertThat(disk(rollout)).doesNotContain(names(erasure).toArray(String[]::new));

    for (int quarter = 0; quarter < 30; quarter++) {
      take(rollout, traffic);
    }
    rollout.become(RolloutState.COMPLETED);
    rollout.save();
    assertThat(rollout.replayed().problem()).isEmpty();
    assertThat(rollout.replayed().allEqual()).isTrue();
  }

  @Test
  void requests_of_a_unit_and_the_trace_of_a_request_are_found_in_the_journal() throws Exception {
    SimulatedTraffic traffic = traffic(8, 300);
    RecordedRollout rollout = rollout();
    for (int quarter = 0; quarter < 20; quarter++) {
      take(rollout, traffic);
    }
    rollout.save();
    Sample some = canaries.getFirst();
    Erasure byRequest = rollout.erase(new Erasure(Set.of(some.getRequestId()), Set.of(), Set.of()));
    assertThat(byRequest.traceIds()).containsExactly(some.getTraceId());
    Sample another = canaries.get(1);
    Erasure byUnit =
        rollout.erase(new Erasure(Set.of(), Set.of(another.getAssignment().getUnit()), Set.of()));
    assertThat(byUnit.requestIds()).contains(another.getRequestId());
    assertThat(byUnit.traceIds()).contains(another.getTraceId());
  }

  @Test
  void a_journal_without_any_of_the_names_is_left_alone() throws Exception {
    SimulatedTraffic traffic = traffic(9, 0);
    RecordedRollout rollout = rollout();
    for (int quarter = 0; quarter < 10; quarter++) {
      take(rollout, traffic);
    }
    rollout.save();
    Object before = Files.getAttribute(rollout.file(), "unix:ino");
    rollout.erase(new Erasure(Set.of("unheard-of"), Set.of(12L), Set.of("0".repeat(32))));
    assertThat(Files.getAttribute(rollout.file(), "unix:ino")).isEqualTo(before);
  }

  @Test
  void a_journal_that_is_full_says_so_still() throws Exception {
    ReplayConfig usual = ReplayConfig.defaults();
    var rollout =
        new RecordedRollout(
            folder,
            new ReplayConfig(65_536, usual.maxRollouts(), usual.maxWaitingBytes()),
            guardrails());
    SimulatedTraffic traffic = traffic(10, 0);
    for (int quarter = 0; quarter < 60; quarter++) {
      take(rollout, traffic);
    }
    rollout.save();
    assertThat(JournalFile.read(rollout.file(), entry -> true).end())
        .isEqualTo(JournalFile.End.FULL);
    Sample some = canaries.getFirst();
    rollout.erase(of(some, some, some));
    assertThat(JournalFile.read(rollout.file(), entry -> true).end())
        .isEqualTo(JournalFile.End.FULL);
    assertThat(disk(rollout)).doesNotContain(some.getRequestId(), some.getTraceId());
  }

  @Test
  void what_is_damaged_is_not_taken_over() throws Exception {
    SimulatedTraffic traffic = traffic(11, 0);
    RecordedRollout rollout = rollout();
    for (int quarter = 0; quarter < 10; quarter++) {
      take(rollout, traffic);
    }
    rollout.save();
    long entries = JournalFile.read(rollout.file(), entry -> true).entries();
    byte[] bytes = Files.readAllBytes(rollout.file());
    bytes[bytes.length / 2] ^= 1;
    Files.write(rollout.file(), bytes);
    Sample some = canaries.getFirst();
    rollout.erase(of(some, some, some));
    JournalFile.Extent extent = JournalFile.read(rollout.file(), entry -> true);
    assertThat(extent.end()).isEqualTo(JournalFile.End.BROKEN);
    assertThat(extent.entries()).isBetween(1L, entries - 1);
  }

  @Test
  void journal_and_evidence_are_the_owners_alone_also_those_of_an_older_weir() throws Exception {
    SimulatedTraffic traffic = traffic(12, 0);
    RecordedRollout rollout = rollout();
    take(rollout, traffic);
    rollout.save();
    assertThat(modeOf(rollout.file())).isEqualTo("rw-------");
    assertThat(modeOf(folder.resolve("evidence.bin"))).isEqualTo("rw-------");
    Files.setPosixFilePermissions(rollout.file(), PosixFilePermissions.fromString("rw-r--r--"));
    rollout.kill();
    assertThat(modeOf(rollout.file())).isEqualTo("rw-------");
    Sample some = canaries.getFirst();
    rollout.erase(of(some, some, some));
    assertThat(modeOf(rollout.file())).isEqualTo("rw-------");
  }

  private static String modeOf(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}

package dev.weir.monitor.replay;

import static dev.weir.monitor.simulated.SimulatedTraffic.ROLLOUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.weir.monitor.guardrail.BusinessUnit;
import dev.weir.monitor.guardrail.Tolerance;
import dev.weir.monitor.guardrail.WhatIf;
import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.monitor.simulated.Behaviour;
import dev.weir.monitor.simulated.SimulatedTraffic;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.MirrorSide;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.monitor.v1.SampleTensor;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.BusinessMetric;
import dev.weir.proto.route.v1.Confidence;
import dev.weir.proto.route.v1.DataQuality;
import dev.weir.proto.route.v1.ErrorRate;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.LabelQuality;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Score;
import dev.weir.proto.route.v1.ShadowAgreement;
import dev.weir.proto.route.v1.VerdictState;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReplayTest {
  @TempDir Path folder;

  private static SimulatedTraffic traffic(long seed) {
    return new SimulatedTraffic(Randomness.seeded(seed), 400);
  }

  private static RecordedRollout run(Path folder, SimulatedTraffic traffic, int quarters)
      throws Exception {
    var rollout = new RecordedRollout(folder);
    for (int quarter = 0; quarter < quarters; quarter++) {
      rollout.take(traffic.next());
    }
    return rollout;
  }

  private static void end(RecordedRollout rollout, RolloutState state, SimulatedTraffic traffic) {
    rollout.become(state);
    rollout.take(traffic.next());
    rollout.save();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void the_verdict_of_a_rollback_comes_out_again_byte_for_byte(long seed) throws Exception {
    SimulatedTraffic traffic = traffic(seed);
    traffic.canary =
        seed % 2 == 0 ? Behaviour.SOUND.withErrors(0.3) : Behaviour.SOUND.withClasses(0.15, 0.85);
    traffic.users = seed > 2 ? 2_000 : 0;
    traffic.canaryShare = seed > 2 ? 0.5 : 0.05;
    RecordedRollout rollout = run(folder, traffic, 60);
    end(rollout, RolloutState.ROLLED_BACK, traffic);

    ReplayedRollout replayed = rollout.replayed();
    assertThat(rollout.decided).hasSize(1);
    assertThat(replayed.problem()).isEmpty();
    assertThat(replayed.outcome().ended()).isTrue();
    assertThat(replayed.outcome().compared()).hasSize(2);
    assertThat(replayed.allEqual()).isTrue();
    assertThat(replayed.outcome().compared().getFirst().recomputed())
        .isEqualTo(rollout.decided.getFirst());
    assertThat(replayed.outcome().fired()).isPresent();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {11, 12, 13, 14, 15, 16})
  void journal_and_evidence_agree_whenever_the_monitor_was_killed(long seed) throws Exception {
    SimulatedTraffic traffic = traffic(seed);
    traffic.canary = Behaviour.SOUND.withMedianMillis(4.4).withErrors(0.004);
    RandomGenerator chance = Randomness.seeded(seed + 1_000);
    var rollout = new RecordedRollout(folder);
    int kills = 0;
    for (int quarter = 0; quarter < 120; quarter++) {
      rollout.take(traffic.next());
      switch (chance.nextInt(8)) {
        case 0 -> rollout.save();
        case 1 -> rollout.flushOnly();
        case 2 -> {
          rollout.kill();
          kills++;
        }
        default -> {
          // goes on
        }
      }
    }
    end(rollout, RolloutState.COMPLETED, traffic);

    assertThat(kills).isGreaterThan(5);
    ReplayedRollout replayed = rollout.replayed();
    assertThat(replayed.problem()).isEmpty();
    assertThat(replayed.outcome().completed()).isTrue();
    assertThat(replayed.outcome().compared()).isNotEmpty();
    assertThat(replayed.allEqual()).isTrue();
    assertThat(rollout.counts.of(ReplayCounts.Event.ENTRIES_CUT)).isPositive();
    assertThat(rollout.counts.of(ReplayCounts.Event.JOURNALS_BROKEN)).isZero();
  }

  @Test
  void an_operators_word_is_part_of_the_record() throws Exception {
    SimulatedTraffic traffic = traffic(21);
    traffic.canaryShare = 0.5;
    traffic.canaryOutcomesLost = 0.3;
    RecordedRollout rollout = run(folder, traffic, 40);
    assertThat(rollout.book().verdicts().getFirst().getState()).isEqualTo(VerdictState.INVALID);
    rollout.become(RolloutState.PROGRESSING, "sample_ratio");
    traffic.canary = Behaviour.SOUND.withErrors(0.5);
    for (int quarter = 0; quarter < 20; quarter++) {
      rollout.take(traffic.next());
    }
    end(rollout, RolloutState.ROLLED_BACK, traffic);
    assertThat(rollout.decided).hasSize(1);
    assertThat(rollout.replayed().allEqual()).isTrue();
  }

  @Test
  void every_kind_of_evidence_is_recorded_without_what_no_test_looks_at() throws Exception {
    var rollout = new RecordedRollout(folder, everyKind());
    SimulatedTraffic traffic = traffic(31);
    traffic.canaryShare = 0.3;
    RandomGenerator random = Randomness.seeded(32);
    for (int quarter = 0; quarter < 40; quarter++) {
      SimulatedTraffic.Quarter next = traffic.next();
      var samples = next.samples().toBuilder();
      var labels = new ArrayList<LabelledPrediction>();
      var business = new ArrayList<BusinessUnit>();
      for (Sample.Builder sample : samples.getSamplesBuilderList()) {
        enrich(sample, random);
        labels.add(
            new LabelledPrediction(
                sample.build(),
                Feedback.newBuilder()
                    .setRequestId(sample.getRequestId())
                    .addTrueClasses(Integer.toString(random.nextInt(2)))
                    .build()));
        business.add(
            new BusinessUnit(
                "revenue",
                ROLLOUT,
                sample.getAssignment().getArm() == Arm.ARM_CANARY,
                sample.getAssignment().getCanaryProbability(),
                0,
                false,
                random.nextDouble() * 10));
      }
      rollout.take(new SimulatedTraffic.Quarter(next.outcomes(), samples.build()));
      rollout.book().takeLabels(labels);
      rollout.book().takeBusiness(business);
      rollout.book().takePairs(List.of(pair(random.nextInt(40) == 0)));
      if (quarter == 20) {
        rollout.save();
        rollout.kill();
      }
    }
    end(rollout, RolloutState.COMPLETED, traffic);

    ReplayedRollout replayed = rollout.replayed();
    assertThat(replayed.problem()).isEmpty();
    assertThat(replayed.allEqual()).isTrue();
    assertThat(replayed.outcome().compared().getLast().given().getGuardrailsList())
        .hasSize(7)
        .allSatisfy(guardrail -> assertThat(guardrail.getCanaryUnits()).isPositive());
    var said = new StringBuilder();
    JournalFile.read(
        rollout.file(),
        entry -> {
          said.append(new String(entry, java.nio.charset.StandardCharsets.ISO_8859_1));
          return true;
        });
    assertThat(said).doesNotContain("secret", "untested");
  }

  private static Guardrail[] everyKind() {
    return new Guardrail[] {
      Guardrail.newBuilder().setName("e").setErrorRate(ErrorRate.getDefaultInstance()).build(),
      Guardrail.newBuilder().setName("c").setConfidence(Confidence.getDefaultInstance()).build(),
      Guardrail.newBuilder().setName("q").setDataQuality(DataQuality.getDefaultInstance()).build(),
      Guardrail.newBuilder()
          .setName("l")
          .setLabelQuality(LabelQuality.newBuilder().setMeasure(LabelQuality.Measure.LOG_LOSS))
          .build(),
      Guardrail.newBuilder().setName("s").setScore(Score.newBuilder().setOutput("risk")).build(),
      Guardrail.newBuilder()
          .setName("b")
          .setBusinessMetric(
              BusinessMetric.newBuilder()
                  .setMetric("revenue")
                  .setMin(0)
                  .setMax(10)
                  .setToleratedDifference(0.5))
          .build(),
      Guardrail.newBuilder()
          .setName("a")
          .setShadowAgreement(ShadowAgreement.getDefaultInstance())
          .build()
    };
  }

  private static void enrich(Sample.Builder sample, RandomGenerator random) {
    sample
        .setRequestId("request-" + random.nextLong())
        .clearConfidences()
        .addConfidences(random.nextFloat())
        .addInputs(SampleTensor.newBuilder().setName("secret"))
        .addOutputs(SampleTensor.newBuilder().setName("untested"))
        .addOutputs(
            SampleTensor.newBuilder()
                .setName("risk")
                .setDatatype("FP64")
                .setRaw(
                    ByteString.copyFrom(
                        ByteBuffer.allocate(16)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putDouble(random.nextGaussian())
                            .putDouble(1)
                            .flip())));
  }

  private static MirrorPair pair(boolean unlike) {
    var pair =
        MirrorPair.newBuilder()
            .setRoute(SimulatedTraffic.ROUTE)
            .setRequestId("secret")
            .setPrimary(MirrorSide.newBuilder().setVersion("1"))
            .setShadow(MirrorSide.newBuilder().setVersion("2"))
            .setCompared(true);
    return (unlike ? pair.addUnlikeOutputs("label") : pair).build();
  }

  @Test
  void other_tolerances_say_when_they_would_have_decided() throws Exception {
    SimulatedTraffic traffic = traffic(41);
    traffic.canaryShare = 0.5;
    traffic.canary = Behaviour.SOUND.withErrors(0.05);
    var rollout =
        new RecordedRollout(
            folder,
            Guardrail.newBuilder()
                .setName("error_rate")
                .setErrorRate(ErrorRate.getDefaultInstance())
                .build());
    for (int quarter = 0; quarter < 80; quarter++) {
      rollout.take(traffic.next());
    }
    end(rollout, RolloutState.ROLLED_BACK, traffic);

    RecordedRollout.Report asItWas = rollout.report(WhatIf.NOTHING);
    assertThat(asItWas.status()).isEqualTo(ReplayReport.EQUAL);
    assertThat(asItWas.text())
        .contains("rollout-1: route employment, version 2 after 1, ROLLED_BACK")
        .contains("VIOLATED: the same, byte for byte")
        .endsWith("1 rollouts, 2 verdicts: 2 the same, 0 different; 0 journals not whole\n");

    var lax = WhatIf.tolerating(Tolerance.ERROR_RATIO, 100);
    assertThat(rollout.report(lax).text())
        .contains("with other tolerances: not rolled back; as it was: rolled back ")
        .contains(
            "of 0 that completed 0 would have been rolled back, of 1 that were rolled back 0 (95 % interval 0.0 % to 97.5 %)");
    assertThat(rollout.report(WhatIf.tolerating(Tolerance.ERROR_CEILING, 0.02)).text())
        .contains("with other tolerances: rolled back ")
        .contains("of 1 that were rolled back 1 (95 % interval 2.5 % to 100.0 %)");

    var sooner = WhatIf.alpha(0.1);
    long before = rollout.replayed().outcome().fired().orElseThrow().verdict().getCanaryRequests();
    long then =
        ReplayedRollout.of(rollout.file(), sooner)
            .outcome()
            .fired()
            .orElseThrow()
            .verdict()
            .getCanaryRequests();
    assertThat(then).isLessThan(before);
  }

  @Test
  void a_damaged_journal_is_said_with_the_place() throws Exception {
    SimulatedTraffic traffic = traffic(51);
    RecordedRollout rollout = run(folder, traffic, 20);
    end(rollout, RolloutState.COMPLETED, traffic);
    byte[] bytes = Files.readAllBytes(rollout.file());
    for (int place : new int[] {3, 9, 30, bytes.length / 2, bytes.length - 2}) {
      byte[] damaged = bytes.clone();
      damaged[place] ^= 4;
      Files.write(rollout.file(), damaged);
      ReplayedRollout replayed = rollout.replayed();
      assertThat(replayed.problem())
          .as("byte %d", place)
          .containsPattern("^(damaged at byte|it ends within)");
      assertThat(replayed.outcome().ended()).isFalse();
      assertThat(rollout.report(WhatIf.NOTHING).status()).isEqualTo(ReplayReport.NOT_WHOLE);
    }
    for (int length = 0; length < bytes.length; length += 397) {
      Files.write(rollout.file(), java.util.Arrays.copyOf(bytes, length));
      assertThat(rollout.replayed().outcome().ended()).isFalse();
      assertThat(rollout.replayed().end())
          .isIn(JournalFile.End.CUT, JournalFile.End.WHOLE, JournalFile.End.DAMAGED);
    }
  }

  @Test
  void a_verdict_that_was_not_given_so_is_found() throws Exception {
    SimulatedTraffic traffic = traffic(61);
    RecordedRollout rollout = run(folder, traffic, 20);
    end(rollout, RolloutState.COMPLETED, traffic);
    // an entry less: what was counted then is missing now
    var entries = new ArrayList<byte[]>();
    JournalFile.read(rollout.file(), entries::add);
    entries.remove(entries.size() / 2);
    JournalFile.begin(rollout.file());
    for (int number = 0; number < entries.size(); number++) {
      JournalFile.append(rollout.file(), List.of(JournalFrame.of(number, entries.get(number))));
    }
    RecordedRollout.Report report = rollout.report(WhatIf.NOTHING);
    assertThat(report.status()).isEqualTo(ReplayReport.DIFFERENT);
    assertThat(report.text()).contains("DIFFERENT, recomputed").contains("guardrails");
  }

  @Test
  void a_full_journal_is_said_and_counted() throws Exception {
    var small = new ReplayConfig(1 << 16, 10, 1 << 20);
    var rollout = new RecordedRollout(folder, small);
    SimulatedTraffic traffic = traffic(71);
    for (int quarter = 0; quarter < 400; quarter++) {
      rollout.take(traffic.next());
      if (quarter % 4 == 0) {
        rollout.save();
      }
    }
    rollout.kill();
    end(rollout, RolloutState.COMPLETED, traffic);
    assertThat(Files.size(rollout.file())).isLessThanOrEqualTo((1 << 16) + 64);
    assertThat(rollout.replayed().problem()).startsWith("the journal was full after entry ");
    assertThat(rollout.counts.of(ReplayCounts.Event.JOURNALS_FULL)).isPositive();
    assertThat(rollout.counts.of(ReplayCounts.Event.ENTRIES_NOT_KEPT)).isPositive();
  }

  @Test
  void a_journal_that_was_lost_is_said_to_be_broken() throws Exception {
    SimulatedTraffic traffic = traffic(81);
    RecordedRollout rollout = run(folder, traffic, 20);
    rollout.save();
    Files.delete(rollout.file());
    rollout.kill();
    rollout.take(traffic.next());
    end(rollout, RolloutState.COMPLETED, traffic);
    assertThat(rollout.replayed().problem()).startsWith("entries are missing after entry 0");
  }

  @Test
  void a_folder_without_journals_is_refused_in_words() {
    assertThatThrownBy(() -> new ReportCall(folder).run())
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("(expected: a monitor's data folder, with replay/ in it)");
  }

  private record ReportCall(Path data) {
    void run() throws java.io.IOException {
      int status = ReplayReport.print(data, java.util.Optional.empty(), WhatIf.NOTHING, System.out);
      assertThat(status).isZero();
    }
  }
}

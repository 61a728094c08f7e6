package dev.weir.monitor.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.monitor.guardrail.EvidenceBook;
import dev.weir.monitor.guardrail.EvidenceConfig;
import dev.weir.monitor.guardrail.EvidenceListener;
import dev.weir.monitor.intake.IntakeConfig;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.simulated.SimulatedTraffic;
import dev.weir.platform.lifecycle.Readiness;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutSpec;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.proto.route.v1.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EvidenceKeeperTest {
  @TempDir private Path folder;
  private final Readiness readiness = new Readiness();

  @Test
  void what_was_saved_is_there_after_a_restart() throws IOException {
    EvidenceBook book = bookWithEvidence();
    keeper(book).save();

    EvidenceBook again = emptyBook();
    keeper(again).load();

    assertThat(again.verdicts()).isEqualTo(book.verdicts()).isNotEmpty();
    assertThat(readiness.describe()).containsEntry("evidence file", "ready");
  }

  @Test
  void nothing_is_written_when_nothing_changed() throws IOException {
    EvidenceBook book = bookWithEvidence();
    EvidenceKeeper keeper = keeper(book);
    keeper.save();
    Files.delete(file());
    keeper.save();
    assertThat(file()).doesNotExist();
  }

  @Test
  void a_broken_file_is_set_aside_and_said() throws IOException {
    keeper(bookWithEvidence()).save();
    byte[] bytes = Files.readAllBytes(file());
    bytes[bytes.length / 2] ^= 1;
    Files.write(file(), bytes);

    EvidenceBook again = emptyBook();
    keeper(again).load();

    assertThat(again.verdicts()).isEmpty();
    assertThat(file()).doesNotExist();
    assertThat(folder.resolve("evidence.bin.broken")).exists();
    assertThat(readiness.isReady()).isTrue();
    assertThat(readiness.describe().get("evidence file")).startsWith("degraded: it could not");
  }

  @Test
  void a_cut_file_is_set_aside_too() throws IOException {
    Files.write(file(), new byte[] {1, 2, 3});
    keeper(emptyBook()).load();
    assertThat(folder.resolve("evidence.bin.broken")).exists();
  }

  @Test
  void a_folder_that_cannot_be_written_degrades_and_heals() throws IOException {
    EvidenceBook book = bookWithEvidence();
    Path missing = folder.resolve("missing");
    var keeper =
        new EvidenceKeeper(new EvidenceFile(missing.resolve("evidence.bin")), book, readiness);
    keeper.save();
    assertThat(readiness.describe().get("evidence file")).startsWith("degraded: it cannot be");
    Files.createDirectory(missing);
    keeper.save();
    assertThat(readiness.describe()).containsEntry("evidence file", "ready");
    assertThat(missing.resolve("evidence.bin")).exists();
  }

  private Path file() {
    return folder.resolve("evidence.bin");
  }

  private EvidenceKeeper keeper(EvidenceBook book) {
    return new EvidenceKeeper(new EvidenceFile(file()), book, readiness);
  }

  private static EvidenceBook bookWithEvidence() {
    EvidenceBook book = emptyBook();
    book.follow(
        Snapshot.newBuilder()
            .addRollouts(
                Rollout.newBuilder()
                    .setId(SimulatedTraffic.ROLLOUT)
                    .setState(RolloutState.PROGRESSING)
                    .setSpec(
                        RolloutSpec.newBuilder()
                            .setRoute(SimulatedTraffic.ROUTE)
                            .setCanaryVersion("2")))
            .build());
    var traffic = new SimulatedTraffic(Randomness.seeded(1), 400);
    for (int quarter = 0; quarter < 8; quarter++) {
      book.takeOutcomes(traffic.next().outcomes());
    }
    return book;
  }

  private static EvidenceBook emptyBook() {
    return new EvidenceBook(
        EvidenceConfig.defaults(),
        IntakeConfig.defaults(),
        new IntakeCounts(),
        new TestClock(),
        new EvidenceListener() {
          @Override
          public void slice(OutcomeSlice slice) {}

          @Override
          public void samples(List<Sample> slice) {}

          @Override
          public void decided(Verdict verdict) {}
        });
  }
}

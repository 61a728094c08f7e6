package dev.weir.monitor.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.monitor.intake.Accuracy;
import dev.weir.monitor.intake.FeedbackJoin;
import dev.weir.monitor.intake.FeedbackLog;
import dev.weir.monitor.intake.IntakeConfig;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.VariantKey;
import dev.weir.platform.lifecycle.Readiness;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Assignment;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Predictions that wait for a label, and labels, across restarts. */
final class FeedbackRestartTest {
  @TempDir Path folder;
  private Path file;

  /** What dies with a process. */
  private final class Monitor {
    final Readiness readiness = new Readiness();
    final FeedbackLog log = new FeedbackLog();
    final FeedbackKeeper keeper = new FeedbackKeeper(new FeedbackFile(file), log, readiness);
    final List<String> evidence = new ArrayList<>();
    final FeedbackJoin join =
        new FeedbackJoin(
            IntakeConfig.defaults(),
            new IntakeCounts(),
            log,
            UnaryOperator.identity(),
            labels -> labels.forEach(label -> evidence.add(label.sample().getRequestId())));

    /**
     * @param saved the evidence on disk
     */
    Monitor(List<String> saved) throws IOException {
      evidence.addAll(saved);
      join.restore(keeper.load());
    }
  }

  @BeforeEach
  void name() {
    file = folder.resolve("labels.log");
  }

  private static Sample prediction(String id) {
    return Sample.newBuilder()
        .setRequestId(id)
        .setVersion("2")
        .setAssignment(Assignment.newBuilder().setRoute("shop").setVariant("canary").setUnit(7))
        .addPredictedClasses("1")
        .build();
  }

  private static Feedback label(String id) {
    return Feedback.newBuilder().setRequestId(id).addTrueClasses("1").build();
  }

  @Test
  void a_prediction_finds_its_late_label_after_a_restart() throws IOException {
    var first = new Monitor(List.of());
    first.join.takePredictions(List.of(prediction("a"), prediction("b")));
    first.join.takeLabels(List.of(label("a"), label("c")));
    first.keeper.flush();

    var second = new Monitor(first.evidence);

    assertThat(second.join.takeLabels(List.of(label("b"))).getJoined()).isEqualTo(1);
    assertThat(second.join.takeLabels(List.of(label("a"))).getPending()).as("has had it").isZero();
    second.join.takePredictions(List.of(prediction("c")));
    assertThat(second.evidence).containsExactly("a", "b", "c");
    assertThat(second.join.accuracies())
        .containsEntry(new VariantKey("shop", "canary", "2"), new Accuracy(3, 3));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void no_label_counts_twice_whenever_the_monitor_was_killed(long seed) throws IOException {
    RandomGenerator chance = Randomness.seeded(seed);
    var monitor = new Monitor(List.of());
    List<String> saved = List.of();
    int next = 0;
    int restarts = 0;
    for (int round = 0; round < 300; round++) {
      for (int i = chance.nextInt(4); i > 0; i--) {
        monitor.join.takePredictions(List.of(prediction("r" + next++)));
      }
      for (int i = chance.nextInt(4); i > 0 && next > 0; i--) {
        monitor.join.takeLabels(List.of(label("r" + chance.nextInt(next))));
      }
      long before = Files.exists(file) ? Files.size(file) : 0;
      boolean killed = chance.nextInt(10) == 0;
      if (chance.nextInt(3) == 0) {
        List<String> image = List.copyOf(monitor.evidence);
        monitor.keeper.flush();
        if (killed && chance.nextBoolean()) {
          cutTo(before, chance);
        } else if (chance.nextBoolean()) {
          saved = image;
        }
      }
      if (killed) {
        monitor = new Monitor(saved);
        restarts++;
      }
      assertThat(monitor.evidence).doesNotHaveDuplicates();
    }
    assertThat(restarts).isGreaterThan(10);
    assertThat(monitor.evidence).isNotEmpty();
  }

  /** The kill came within the write. */
  private void cutTo(long before, RandomGenerator chance) throws IOException {
    long after = Files.size(file);
    if (after > before) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(before + (long) (chance.nextDouble() * (after - before)));
      }
    }
  }

  @Test
  void the_file_stays_a_few_times_as_long_as_what_is_live() throws IOException {
    var monitor = new Monitor(List.of());
    for (int i = 0; i < 60_000; i++) {
      monitor.join.takePredictions(List.of(prediction("a")));
      if (i % 1_000 == 0) {
        monitor.keeper.flush();
      }
    }
    monitor.keeper.flush();
    assertThat(Files.size(file)).isLessThan(10_100L * 60);
  }

  @Test
  void what_is_erased_is_not_on_disk_after_the_next_write() throws IOException {
    var monitor = new Monitor(List.of());
    monitor.join.takePredictions(List.of(prediction("secret-1"), prediction("secret-2")));
    monitor.keeper.flush();
    monitor.join.erase("secret-1");
    monitor.join.eraseUnit(7);
    monitor.keeper.flush();
    assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
        .doesNotContain("secret");
  }

  @Test
  void what_could_not_be_written_is_written_later() throws IOException {
    var monitor = new Monitor(List.of());
    monitor.join.takePredictions(List.of(prediction("a")));
    Files.createDirectory(file);
    Files.createFile(file.resolve("in the way"));
    assertThatThrownBy(monitor.keeper::flush).isInstanceOf(IOException.class);
    assertThat(monitor.readiness.describe().get("labels file")).contains("cannot be written");
    monitor.join.takePredictions(List.of(prediction("b")));
    Files.delete(file.resolve("in the way"));
    Files.delete(file);
    monitor.keeper.flush();
    var again = new Monitor(List.of());
    assertThat(again.join.takeLabels(List.of(label("a"), label("b"))).getJoined()).isEqualTo(2);
  }

  @Test
  void a_damaged_file_is_read_up_to_the_damage_and_set_aside() throws IOException {
    var monitor = new Monitor(List.of());
    monitor.join.takePredictions(List.of(prediction("a")));
    monitor.keeper.flush();
    monitor.join.takePredictions(List.of(prediction("b")));
    monitor.keeper.flush();
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);

    var again = new Monitor(List.of());

    assertThat(again.join.takeLabels(List.of(label("a"), label("b"))).getJoined()).isEqualTo(1);
    assertThat(folder.resolve("labels.log.broken")).exists();
    assertThat(again.readiness.describe().get("labels file")).contains("damaged");
  }
}

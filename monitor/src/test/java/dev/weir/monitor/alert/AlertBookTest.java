package dev.weir.monitor.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.monitor.verdict.RolloutFindings;
import dev.weir.monitor.watch.Alarm;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.lifecycle.Readiness;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class AlertBookTest {
  private static final AlertConfig CONFIG = AlertConfig.defaults();

  private final TestClock clock = new TestClock();
  private final List<String> heard = new ArrayList<>();
  private final AlertBook book = newBook();

  private AlertBook newBook() {
    var made = new AlertBook(CONFIG, clock, Randomness.seeded(1));
    made.listeners(
        List.of(
            new AlertListener() {
              @Override
              public void fires(Alert alert) {
                heard.add("fires " + alert.finding().kind());
              }

              @Override
              public void tell(AlertGroup group) {
                group.firing().forEach(alert -> heard.add("told " + alert.finding().kind()));
                group.over().forEach(alert -> heard.add("over " + alert.finding().kind()));
              }
            }));
    return made;
  }

  private static Finding finding(String feature) {
    return Finding.of(
        "FeatureDrift",
        Map.of("route", "r", "feature", feature),
        Severity.WARNING,
        "it drifts",
        java.time.Instant.EPOCH,
        Map.of("psi", 0.3, "nan", Double.NaN));
  }

  private void pass(int seconds, Finding... found) {
    for (int i = 0; i < seconds; i++) {
      clock.advance(Duration.ofSeconds(1));
      for (Finding finding : found) {
        book.firing(finding);
      }
      book.look();
    }
  }

  @Test
  void what_goes_on_long_enough_fires_once_and_is_over_after_its_quiet() {
    pass(9, finding("age"));
    assertThat(heard).isEmpty();
    pass(600, finding("age"));
    assertThat(heard).containsExactly("fires FeatureDrift", "told FeatureDrift");
    book.quiet(finding("age").identity());
    pass(59);
    assertThat(heard).hasSize(2);
    pass(2);
    assertThat(heard)
        .containsExactly("fires FeatureDrift", "told FeatureDrift", "over FeatureDrift");
    assertThat(book.list().getFirst().alert().state()).isEqualTo(AlertState.RESOLVED);
  }

  @Test
  void a_finding_that_comes_and_goes_stays_one_alert() {
    pass(20, finding("age"));
    for (int i = 0; i < 10; i++) {
      book.quiet(finding("age").identity());
      pass(30);
      pass(5, finding("age"));
    }
    assertThat(heard).containsExactly("fires FeatureDrift", "told FeatureDrift");
  }

  @Test
  void what_is_short_calls_nobody() {
    pass(5, finding("age"));
    book.quiet(finding("age").identity());
    pass(100);
    assertThat(heard).isEmpty();
    assertThat(book.list()).isEmpty();
  }

  @Test
  void a_finder_that_is_gone_ends_its_alert() {
    pass(400, finding("age"));
    pass((int) CONFIG.staleAfter().toSeconds() + (int) CONFIG.quietFor().toSeconds() + 2);
    assertThat(heard)
        .containsExactly("fires FeatureDrift", "told FeatureDrift", "over FeatureDrift");
  }

  @Test
  void nobody_is_told_while_it_is_silenced_and_everybody_afterwards() {
    book.silence(Map.of("route", "r"), clock.now().plusSeconds(60), "ada", "known");
    pass(30, finding("age"));
    assertThat(heard).isEmpty();
    assertThat(book.list().getFirst().silenced()).isTrue();
    pass(40, finding("age"));
    assertThat(heard).containsExactly("told FeatureDrift");
    assertThat(book.silences()).isEmpty();
  }

  @Test
  void what_somebody_took_is_not_told_again() {
    pass(25, finding("age"), finding("sex"));
    List<AlertBook.Listed> both = book.list();
    assertThat(book.acknowledge(both.getFirst().alert().id(), "ada", "on it")).isPresent();
    assertThat(book.acknowledge("nope", "ada", "")).isEmpty();
    heard.clear();
    clock.advance(CONFIG.repeatEvery());
    pass(2, finding("age"), finding("sex"));
    assertThat(heard).containsExactly("told FeatureDrift", "told FeatureDrift");
    assertThat(book.acknowledge(both.getLast().alert().id(), "ada", "on it")).isPresent();
    heard.clear();
    clock.advance(CONFIG.repeatEvery());
    pass(2, finding("age"), finding("sex"));
    assertThat(heard).isEmpty();
  }

  @Test
  void wrong_silences_are_refused_by_the_field_that_is_wrong() {
    assertThatThrownBy(() -> book.silence(Map.of(), clock.now().plusSeconds(9), "ada", ""))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("matchers: 0 labels");
    assertThatThrownBy(() -> book.silence(Map.of("a", "b"), clock.now(), "ada", ""))
        .hasMessageContaining("until");
    assertThatThrownBy(() -> book.silence(Map.of("a", "b"), clock.now().plusSeconds(9), " ", ""))
        .hasMessageContaining("by");
  }

  @Test
  void what_does_not_fit_is_counted() {
    for (int i = 0; i < CONFIG.maxAlerts() + 3; i++) {
      book.firing(finding("f" + i));
    }
    assertThat(book.list()).hasSize(CONFIG.maxAlerts());
    assertThat(book.refused()).isEqualTo(3);
  }

  @Test
  void alerts_silences_and_who_was_told_survive_a_restart(@TempDir Path folder) throws IOException {
    pass(25, finding("age"));
    book.acknowledge(book.list().getFirst().alert().id(), "ada", "on it");
    book.silence(Map.of("kind", "X"), clock.now().plusSeconds(600), "ada", "c");
    new AlertFile(folder.resolve("a.json"), book, new Readiness()).save();
    AlertBook again = newBook();
    new AlertFile(folder.resolve("a.json"), again, new Readiness()).load();
    assertThat(again.list())
        .usingRecursiveComparison()
        .ignoringFields("alert.finding.figures")
        .isEqualTo(book.list());
    assertThat(again.silences()).isEqualTo(book.silences());
    heard.clear();
    again.firing(finding("age"));
    again.look();
    assertThat(heard).isEmpty();
    clock.advance(Duration.ofMinutes(10));
    again.look();
    assertThat(heard).containsExactly("over FeatureDrift");
  }

  @Test
  void a_broken_file_is_set_aside(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("a.json");
    Files.writeString(file, "{\"version\": 2");
    var readiness = new Readiness();
    new AlertFile(file, book, readiness).load();
    assertThat(folder.resolve("a.json.broken")).exists();
  }

  static Stream<String> kinds() {
    return Stream.concat(
        Stream.of(Alarm.values()).map(Alarm::kind),
        Stream.of(
            RolloutFindings.GUARDRAIL_VIOLATED,
            RolloutFindings.EXPERIMENT_INVALID,
            RolloutFindings.REGISTRY_SILENT,
            IntakeLoss.SAMPLES_LOST,
            IntakeLoss.OUTCOMES_LOST));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void each_kind_has_its_page(String kind) throws IOException {
    assertThat(Files.readString(Path.of("..", "docs", "alerts", kind + ".md")))
        .contains("# " + kind, "## Meaning", "## Impact", "## Diagnosis", "## Mitigation");
  }
}

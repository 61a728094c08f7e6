package dev.weir.monitor.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.TestClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RetrainingTest {
  private final TestClock clock = new TestClock();
  private final List<String> asked = new ArrayList<>();
  private final AlertConfig config = AlertConfig.defaults();
  private final Retraining retraining =
      new Retraining(
          config,
          List.of(
              new AlertListener() {
                @Override
                public void tell(AlertGroup group) {
                  group
                      .firing()
                      .forEach(alert -> asked.add(alert.finding().labels().get("version")));
                }
              }),
          clock);

  private static Alert alert(String kind, String version, String feature) {
    var finding =
        Finding.of(
            kind,
            Map.of("model", "m", "version", version, "feature", feature),
            Severity.WARNING,
            "",
            Instant.EPOCH,
            Map.of());
    return FiringAlert.of(finding);
  }

  @Test
  void many_features_that_drift_ask_once_for_each_version() {
    retraining.fires(alert("FeatureDrift", "1", "age"));
    retraining.fires(alert("FeatureDrift", "1", "sex"));
    retraining.fires(alert("PredictionDrift", "2", ""));
    assertThat(asked).containsExactly("1", "2");
  }

  @Test
  void it_asks_again_after_its_time() {
    retraining.fires(alert("FeatureDrift", "1", "age"));
    clock.advance(config.retrainEvery());
    retraining.fires(alert("FeatureDrift", "1", "sex"));
    assertThat(asked).hasSize(2);
  }

  @Test
  void other_kinds_and_messages_to_people_ask_for_nothing() {
    retraining.fires(alert("GuardrailViolated", "1", ""));
    retraining.tell(AlertGroup.of(alert("FeatureDrift", "1", "age")));
    assertThat(asked).isEmpty();
  }
}

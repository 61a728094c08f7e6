package dev.weir.monitor.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.time.TestClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MessengerTest {
  private static final AlertConfig CONFIG = AlertConfig.defaults();

  private final TestClock clock = new TestClock();

  /** A receiver that answers as it is told. */
  private static final class Receiver implements Messenger.Post {
    final List<String> got = new ArrayList<>();
    final List<Integer> answers = new ArrayList<>();

    @Override
    public int send(Webhook webhook, String json) {
      got.add(json);
      return answers.isEmpty() ? 200 : answers.removeFirst();
    }
  }

  private Messenger messenger(String webhook, Receiver receiver) {
    return new Messenger(Webhook.parse(webhook), CONFIG, "monitor-1", receiver, clock);
  }

  @Test
  void a_message_is_tried_again_with_growing_waits_and_then_dropped() {
    var receiver = new Receiver();
    receiver.answers.addAll(List.of(0, 503, 200));
    Messenger messenger = messenger("generic http://h/x", receiver);
    messenger.tell(group("age"));
    clock.advance(Duration.ZERO);
    assertThat(receiver.got).hasSize(1);
    clock.advance(Duration.ofSeconds(1));
    assertThat(receiver.got).hasSize(2);
    clock.advance(Duration.ofSeconds(1));
    assertThat(receiver.got).hasSize(2);
    clock.advance(Duration.ofSeconds(1));
    assertThat(messenger.sent()).isEqualTo(1);
    for (int i = 0; i < CONFIG.attempts(); i++) {
      receiver.answers.add(500);
    }
    messenger.tell(group("age"));
    clock.advance(Duration.ofMinutes(5));
    assertThat(messenger.dropped()).isEqualTo(1);
  }

  @Test
  void a_message_that_is_refused_for_good_does_not_hold_up_the_next() {
    var receiver = new Receiver();
    receiver.answers.add(404);
    Messenger messenger = messenger("slack https://h/secret", receiver);
    messenger.tell(group("age"));
    messenger.tell(group("age"));
    clock.advance(Duration.ofSeconds(1));
    assertThat(messenger.dropped()).isEqualTo(1);
    assertThat(messenger.sent()).isEqualTo(1);
    assertThat(messenger.webhook().toString()).isEqualTo("slack https://h");
  }

  private static Alert alert(String feature, Severity severity, AlertState state) {
    var finding =
        Finding.of(
            "FeatureDrift",
            Map.of("route", "r", "feature", feature),
            severity,
            feature + " drifts <much>",
            Instant.EPOCH,
            Map.of("psi", 0.3, "nan", Double.NaN));
    return new Alert(
        feature,
        finding,
        state,
        "r m",
        Instant.EPOCH,
        Instant.EPOCH,
        Instant.EPOCH,
        null,
        state == AlertState.RESOLVED ? Instant.EPOCH : null,
        "",
        "");
  }

  private static AlertGroup group(String... features) {
    return new AlertGroup(
        "r m",
        Stream.of(features).map(f -> alert(f, Severity.WARNING, AlertState.FIRING)).toList(),
        List.of(),
        0);
  }

  private JsonNode sent(String webhook, AlertGroup group) throws JsonProcessingException {
    var receiver = new Receiver();
    messenger(webhook, receiver).tell(group);
    clock.advance(Duration.ZERO);
    return new JsonMapper().readTree(receiver.got.getLast());
  }

  @Test
  void a_group_is_one_message_in_each_form() throws JsonProcessingException {
    var group =
        new AlertGroup(
            "r m",
            List.of(
                alert("age", Severity.WARNING, AlertState.FIRING),
                alert("sex", Severity.CRITICAL, AlertState.FIRING)),
            List.of(alert("pay", Severity.WARNING, AlertState.RESOLVED)),
            0);
    JsonNode generic = sent("generic http://h", group);
    assertThat(generic.path("monitor").asText()).isEqualTo("monitor-1");
    assertThat(generic.path("group").asText()).isEqualTo("r m");
    assertThat(generic.path("alerts").findValuesAsText("id")).containsExactly("sex", "age", "pay");
    assertThat(generic.path("alerts").get(0).path("figures").path("psi").asDouble()).isEqualTo(0.3);
    assertThat(sent("slack http://h", group).path("text").asText())
        .isEqualTo(
            """
            [CRITICAL] r m: 2 firing, 1 over; FeatureDrift: sex drifts &lt;much&gt; (monitor-1)
            • [CRITICAL] FeatureDrift: sex drifts &lt;much&gt;
            • [WARNING] FeatureDrift: age drifts &lt;much&gt;
            • [RESOLVED] FeatureDrift: pay drifts &lt;much&gt;\
            """);
    JsonNode pagerDuty = sent("pagerduty KEY http://h", group);
    assertThat(pagerDuty.path("routing_key").asText()).isEqualTo("KEY");
    assertThat(pagerDuty.path("event_action").asText()).isEqualTo("trigger");
    assertThat(pagerDuty.path("dedup_key").asText()).isEqualTo("weir/monitor-1/r m");
    assertThat(pagerDuty.path("payload").path("severity").asText()).isEqualTo("critical");
    JsonNode alertmanager = sent("alertmanager http://h", group);
    assertThat(alertmanager).hasSize(3);
    assertThat(alertmanager.findValuesAsText("alertname")).containsOnly("FeatureDrift");
    assertThat(alertmanager.findValuesAsText("endsAt")).hasSize(1);
  }

  @Test
  void one_alert_alone_reads_as_it_is() throws JsonProcessingException {
    assertThat(sent("slack http://h", group("age")).path("text").asText())
        .isEqualTo(
            "[WARNING] FeatureDrift: age drifts &lt;much&gt; (monitor-1, docs/alerts/FeatureDrift.md)");
  }

  @Test
  void an_incident_ends_when_nothing_of_its_group_goes_on() throws JsonProcessingException {
    List<Alert> over = List.of(alert("age", Severity.WARNING, AlertState.RESOLVED));
    JsonNode ends = sent("pagerduty KEY http://h", new AlertGroup("r m", List.of(), over, 0));
    assertThat(ends.path("event_action").asText()).isEqualTo("resolve");
    JsonNode goesOn = sent("pagerduty KEY http://h", new AlertGroup("r m", List.of(), over, 1));
    assertThat(goesOn.path("event_action").asText()).isEqualTo("trigger");
    assertThat(goesOn.path("dedup_key")).isEqualTo(ends.path("dedup_key"));
  }

  @Test
  void a_large_group_is_cut_and_says_how_much_is_missing() throws JsonProcessingException {
    String[] features = new String[AlertMessage.MAX_ALERTS + 7];
    for (int i = 0; i < features.length; i++) {
      features[i] = "f" + i;
    }
    JsonNode generic = sent("generic http://h", group(features));
    assertThat(generic.path("alerts")).hasSize(AlertMessage.MAX_ALERTS);
    assertThat(generic.path("omitted").asInt()).isEqualTo(7);
    assertThat(sent("slack http://h", group(features)).path("text").asText())
        .endsWith("• and 47 more");
    assertThat(sent("alertmanager http://h", group(features))).hasSize(features.length);
  }

  @Test
  void a_key_that_is_too_long_for_pagerduty_is_replaced_by_its_hash()
      throws JsonProcessingException {
    var group = new AlertGroup("r".repeat(300), group("age").firing(), List.of(), 0);
    assertThat(sent("pagerduty KEY http://h", group).path("dedup_key").asText())
        .hasSizeLessThan(255)
        .isEqualTo(sent("pagerduty KEY http://h", group).path("dedup_key").asText());
  }

  @Test
  void pagerduty_alone_hears_that_somebody_took_it_and_alertmanager_alone_that_it_goes_on() {
    var receiver = new Receiver();
    for (String webhook : List.of("pagerduty KEY http://h", "slack http://h")) {
      messenger(webhook, receiver).acknowledged(group("age"));
    }
    clock.advance(Duration.ZERO);
    assertThat(receiver.got).hasSize(1);
    assertThat(receiver.got.getFirst()).contains("\"event_action\":\"acknowledge\"");
    receiver.got.clear();
    for (String webhook : List.of("alertmanager http://h", "generic http://h")) {
      messenger(webhook, receiver).goesOn(group("age", "sex").firing());
    }
    clock.advance(Duration.ZERO);
    assertThat(receiver.got).hasSize(1);
    assertThat(receiver.got.getFirst()).startsWith("[{").contains("\"startsAt\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "slack",
        "mail http://h",
        "generic ftp://h",
        "generic http:///x",
        "pagerduty http://h"
      })
  void a_webhook_that_is_none_is_refused_without_showing_it(String webhook) {
    assertThatThrownBy(() -> Webhook.parse(webhook))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("webhooks")
        .hasMessageNotContaining("//h");
  }
}

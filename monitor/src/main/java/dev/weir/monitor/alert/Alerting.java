package dev.weir.monitor.alert;

import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Brings a book's alerts to webhooks and actions, and shows them as metrics. */
public final class Alerting implements AutoCloseable {
  private static final AttributeKey<String> STATE = AttributeKey.stringKey("state");
  private static final AttributeKey<String> SEVERITY = AttributeKey.stringKey("severity");
  private static final AttributeKey<String> KIND = AttributeKey.stringKey("kind");
  private static final AttributeKey<String> WEBHOOK = AttributeKey.stringKey("webhook");

  private final AlertBook book;
  private final RegistryActions actions;
  private final HttpPost post;
  private final List<Messenger> messengers = new ArrayList<>();

  /** Sets the book's listeners. */
  public Alerting(
      AlertBook book,
      AlertConfig config,
      String instance,
      RegistryActions actions,
      Clock clock,
      Scheduler scheduler) {
    this.book = book;
    this.actions = actions;
    this.post = new HttpPost(config.timeout());
    for (String webhook : config.webhooks()) {
      messengers.add(new Messenger(Webhook.parse(webhook), config, instance, post, scheduler));
    }
    var listeners = new ArrayList<AlertListener>(messengers);
    var retraining = new ArrayList<AlertListener>();
    for (String webhook : config.retrainWebhooks()) {
      var messenger = new Messenger(Webhook.parse(webhook), config, instance, post, scheduler);
      messengers.add(messenger);
      retraining.add(messenger);
    }
    listeners.add(new Retraining(config, retraining, clock));
    listeners.add(actions);
    book.listeners(listeners);
  }

  /** Looks about once a second. */
  public void start(Scheduler scheduler, AlertFile file) {
    scheduler.every(
        Duration.ofSeconds(1),
        () -> {
          book.look();
          file.save();
        });
  }

  /** Shows {@code weir_monitor_alerts} and what became of messages. */
  public void registerWith(Meter meter) {
    meter
        .gaugeBuilder("weir_monitor_alerts")
        .ofLongs()
        .setDescription("Alerts that are not over.")
        .buildWithCallback(out ->
            book.list().stream()
                .map(AlertBook.Listed::alert)
                .filter(alert -> alert.state() != AlertState.RESOLVED)
                .collect(
                    java.util.stream.Collectors.groupingBy(
                        alert ->
                            Attributes.of(
                                STATE, alert.state().name(),
                                SEVERITY, alert.finding().severity().name(),
                                KIND, alert.finding().kind()),
                        java.util.stream.Collectors.counting()))
                .forEach((attributes, count) -> out.record(count, attributes)));
    meter
        .counterBuilder("weir_monitor_alert_messages_sent")
        .setDescription("Messages that a webhook took.")
        .buildWithCallback(out -> messengers.forEach(each -> out.record(each.sent(), of(each))));
    meter
        .counterBuilder("weir_monitor_alert_messages_dropped")
        .setDescription("Messages that could not be delivered.")
        .buildWithCallback(out -> messengers.forEach(each -> out.record(each.dropped(), of(each))));
    meter
        .counterBuilder("weir_monitor_alert_actions")
        .setDescription("What alerts did through the registry.")
        .buildWithCallback(actions::record);
    meter
        .counterBuilder("weir_monitor_alert_findings_refused")
        .setDescription("Findings for which there was no room.")
        .buildWithCallback(out -> out.record(book.refused()));
  }

  private static Attributes of(Messenger messenger) {
    return Attributes.of(WEBHOOK, messenger.webhook().toString());
  }

  @Override
  public void close() {
    post.close();
  }
}

package dev.weir.monitor.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.time.Scheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends alerts to one webhook, in order, one at a time, with retries. A message that was refused
 * for good (a status of 400 to 499 other than 408 and 429) or failed too often is dropped and
 * counted. Thread-safe, never waits.
 */
final class Messenger implements AlertListener {
  private static final Logger LOG = LoggerFactory.getLogger(Messenger.class);
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration FIRST_WAIT = Duration.ofSeconds(1);

  /** The way to a webhook. */
  interface Post {
    /**
     * Sends; waits for the answer.
     *
     * @return HTTP status; 0: no answer
     */
    int send(Webhook webhook, String json);
  }

  private final Webhook webhook;
  private final AlertConfig config;
  private final String instance;
  private final Post post;
  private final Scheduler scheduler;
  private final LongAdder sent = new LongAdder();
  private final LongAdder dropped = new LongAdder();

  @GuardedBy("this")
  private final Deque<String> waiting = new ArrayDeque<>();

  @GuardedBy("this")
  private boolean busy;

  Messenger(Webhook webhook, AlertConfig config, String instance, Post post, Scheduler scheduler) {
    this.webhook = webhook;
    this.config = config;
    this.instance = instance;
    this.post = post;
    this.scheduler = scheduler;
  }

  @Override
  public void tell(AlertGroup group) {
    offer(AlertMessage.of(webhook, group, instance));
  }

  @Override
  public void acknowledged(AlertGroup group) {
    if (webhook.form() == Webhook.Form.PAGERDUTY) {
      offer(AlertMessage.acknowledgement(webhook.key(), group, instance));
    }
  }

  /**
   * Alertmanager takes an alert for over when it has not heard of it for its {@code
   * resolve_timeout}; while something waits for it, it will hear soon enough.
   */
  @Override
  public void goesOn(List<Alert> alerts) {
    if (webhook.form() == Webhook.Form.ALERTMANAGER && !isBusy()) {
      offer(alerts.stream().map(alert -> AlertMessage.alertmanager(alert, instance)).toList());
    }
  }

  private synchronized boolean isBusy() {
    return busy;
  }

  private void offer(Object json) {
    String message;
    try {
      message = JSON.writeValueAsString(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an alert that cannot be written: " + json, e);
    }
    synchronized (this) {
      if (waiting.size() >= config.maxWaitingMessages()) {
        dropped.increment();
        return;
      }
      waiting.addLast(message);
      if (busy) {
        return;
      }
      busy = true;
    }
    scheduler.after(Duration.ZERO, () -> send(1));
  }

  private void send(int attempt) {
    String message;
    synchronized (this) {
      message = waiting.peekFirst();
    }
    if (message == null) {
      throw new IllegalStateException("nothing to send to " + webhook);
    }
    int status = post.send(webhook, message);
    if (status >= 200 && status < 300) {
      sent.increment();
      done();
    } else if (isFinal(status) || attempt >= config.attempts()) {
      dropped.increment();
      LOG.atWarn()
          .addKeyValue("webhook", webhook)
          .addKeyValue("status", status)
          .addKeyValue("attempts", attempt)
          .log("an alert could not be delivered");
      done();
    } else {
      scheduler.after(FIRST_WAIT.multipliedBy(1L << (attempt - 1)), () -> send(attempt + 1));
    }
  }

  private static boolean isFinal(int status) {
    return status >= 400 && status < 500 && status != 408 && status != 429;
  }

  private void done() {
    synchronized (this) {
      waiting.pollFirst();
      if (waiting.isEmpty()) {
        busy = false;
        return;
      }
    }
    scheduler.after(Duration.ZERO, () -> send(1));
  }

  Webhook webhook() {
    return webhook;
  }

  long sent() {
    return sent.sum();
  }

  long dropped() {
    return dropped.sum();
  }
}

package dev.weir.monitor.alert;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends JSON over HTTP. Thread-safe. */
final class HttpPost implements Messenger.Post, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpPost.class);

  private final HttpClient client;
  private final Duration timeout;

  HttpPost(Duration timeout) {
    this.timeout = timeout;
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(timeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  @Override
  public int send(Webhook webhook, String json) {
    HttpRequest request =
        HttpRequest.newBuilder(webhook.address())
            .timeout(timeout)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json))
            .build();
    try {
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      LOG.atDebug().setCause(e).addKeyValue("webhook", webhook).log("no answer");
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}

package dev.weir.monitor.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a browser's DevTools: calls that are answered, and events by session.
 * Thread-safe.
 */
final class DevTools implements WebSocket.Listener, AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final long PATIENCE_SECONDS = 30;

  private final HttpClient client = HttpClient.newHttpClient();
  private final Map<Long, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
  private final Map<String, BiConsumer<String, JsonNode>> listeners = new ConcurrentHashMap<>();
  private final StringBuilder partial = new StringBuilder();
  private @Nullable WebSocket socket;

  @GuardedBy("this")
  private long calls;

  private DevTools() {}

  static DevTools connect(String address) {
    var tools = new DevTools();
    tools.socket = tools.client.newWebSocketBuilder().buildAsync(URI.create(address), tools).join();
    return tools;
  }

  /** Hears the events of a session: their method and parameters, on the connection's thread. */
  void listen(String session, BiConsumer<String, JsonNode> listener) {
    listeners.put(session, listener);
  }

  /** Calls a method and waits for its answer; an empty session is the browser itself. */
  JsonNode call(String session, String method, Map<String, ?> parameters) {
    var answer = new CompletableFuture<JsonNode>();
    send(session, method, parameters, answer);
    try {
      return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError(method + ": no answer in " + PATIENCE_SECONDS + " s", e);
    } catch (ExecutionException e) {
      throw new AssertionError(method + ": " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(method + ": interrupted", e);
    }
  }

  private synchronized void send(
      String session,
      String method,
      Map<String, ?> parameters,
      CompletableFuture<JsonNode> answer) {
    WebSocket open = socket;
    if (open == null) {
      throw new IllegalStateException("not connected");
    }
    long id = ++calls;
    waiting.put(id, answer);
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("id", id);
    message.put("method", method);
    message.put("params", new HashMap<>(parameters));
    if (!session.isEmpty()) {
      message.put("sessionId", session);
    }
    try {
      open.sendText(JSON.writeValueAsString(message), true).join();
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
    partial.append(text);
    if (last) {
      String message = partial.toString();
      partial.setLength(0);
      take(message);
    }
    from.request(1);
    return null;
  }

  private void take(String text) {
    JsonNode message;
    try {
      message = JSON.readTree(text);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
    if (message.has("id")) {
      CompletableFuture<JsonNode> answer = waiting.remove(message.get("id").asLong());
      if (answer == null) {
        return;
      }
      if (message.has("error")) {
        answer.completeExceptionally(new IllegalStateException(message.get("error").toString()));
      } else {
        answer.complete(message.path("result"));
      }
      return;
    }
    BiConsumer<String, JsonNode> listener = listeners.get(message.path("sessionId").asText());
    if (listener != null) {
      listener.accept(message.path("method").asText(), message.path("params"));
    }
  }

  @Override
  public void close() {
    WebSocket open = socket;
    if (open != null) {
      open.abort();
    }
    client.shutdownNow();
  }
}

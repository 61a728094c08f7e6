package dev.weir.monitor.browser;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** One page of a browser: goes to addresses, evaluates scripts, presses keys, takes pictures. */
public final class BrowserPage implements AutoCloseable {
  private final DevTools tools;
  private final String target;
  private final String session;
  private final List<String> problems = new CopyOnWriteArrayList<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();

  private BrowserPage(DevTools tools, String target, String session) {
    this.target = target;
    this.tools = tools;
    this.session = session;
  }

  static BrowserPage open(DevTools tools) {
    String target =
        tools
            .call("", "Target.createTarget", Map.of("url", "about:blank"))
            .path("targetId")
            .asText();
    String session =
        tools
            .call("", "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
            .path("sessionId")
            .asText();
    var page = new BrowserPage(tools, target, session);
    tools.listen(session, page::heard);
    for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
      page.call(domain + ".enable", Map.of());
    }
    page.size(1440, 900);
    return page;
  }

  private JsonNode call(String method, Map<String, ?> parameters) {
    return tools.call(session, method, parameters);
  }

  private void heard(String method, JsonNode said) {
    switch (method) {
      case "Runtime.exceptionThrown" -> problems.add(said.path("exceptionDetails").toString());
      case "Runtime.consoleAPICalled" -> {
        String level = said.path("type").asText();
        if (level.equals("error") || level.equals("warning") || level.equals("assert")) {
          problems.add(level + ": " + said.path("args"));
        }
      }
      case "Log.entryAdded" -> {
        if (said.path("entry").path("level").asText().equals("error")) {
          problems.add(said.path("entry").toString());
        }
      }
      case "Network.requestWillBeSent" -> requests.add(said.path("request").path("url").asText());
      default -> {}
    }
  }

  /** Errors and warnings of the console, and exceptions that nobody caught, so far. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  /** Addresses that the page asked for so far. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  /** Goes to an address. */
  public void goTo(String address) {
    call("Page.navigate", Map.of("url", address));
  }

  /** Size of the window in CSS pixels. */
  public void size(int width, int height) {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  /** Follows a system that is "light" or "dark". */
  public void colourScheme(String scheme) {
    call(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  /** Value of an expression; a promise is waited for. */
  public JsonNode evaluate(String expression) {
    JsonNode answer =
        call(
            "Runtime.evaluate",
            Map.of("expression", expression, "awaitPromise", true, "returnByValue", true));
    if (answer.has("exceptionDetails")) {
      throw new AssertionError(expression + ": " + answer.get("exceptionDetails"));
    }
    return answer.path("result").path("value");
  }

  /** Text of the first element that a selector finds, or empty. */
  public String text(String selector) {
    return evaluate("document.querySelector(%s)?.innerText ?? ''".formatted(quoted(selector)))
        .asText();
  }

  /** Elements that a selector finds. */
  public int count(String selector) {
    return evaluate("document.querySelectorAll(%s).length".formatted(quoted(selector))).asInt();
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** Presses a key: "Tab", "Enter", "Escape". */
  public void press(String key) {
    int code =
        switch (key) {
          case "Tab" -> 9;
          case "Enter" -> 13;
          case "Escape" -> 27;
          default -> throw new IllegalArgumentException(key);
        };
    String typed = key.equals("Enter") ? "\r" : "";
    call(
        "Input.dispatchKeyEvent",
        Map.of(
            "type",
            "keyDown",
            "key",
            key,
            "code",
            key,
            "windowsVirtualKeyCode",
            code,
            "text",
            typed));
    call(
        "Input.dispatchKeyEvent",
        Map.of("type", "keyUp", "key", key, "code", key, "windowsVirtualKeyCode", code));
  }

  /** Cuts the page off from the network, or connects it again. */
  public void offline(boolean off) {
    call(
        "Network.emulateNetworkConditions",
        Map.of("offline", off, "latency", 0, "downloadThroughput", -1, "uploadThroughput", -1));
  }

  @Override
  public void close() {
    tools.call("", "Target.closeTarget", Map.of("targetId", target));
  }

  /** Writes what the window shows as a PNG. */
  public void picture(Path file) throws IOException {
    String data = call("Page.captureScreenshot", Map.of("format", "png")).path("data").asText();
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.write(file, Base64.getDecoder().decode(data));
  }
}

package dev.weir.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.monitor.browser.BrowserPage;
import dev.weir.monitor.browser.Chromium;
import dev.weir.monitor.simulated.FakeMesh;
import dev.weir.platform.config.ConfigurationLoader;
import dev.weir.platform.lifecycle.Resources;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages in a real Chromium, of a real monitor that a mesh feeds which is not there. */
final class DashboardIT {
  private static final Pattern PORTS =
      Pattern.compile("grpc=127.0.0.1:(\\d+) http=127.0.0.1:(\\d+)");

  @TempDir private static Path folder;
  private static final Resources running = new Resources();
  private static Chromium chromium;
  private static String address = "";
  private BrowserPage page;

  @BeforeAll
  static void start() throws Exception {
    chromium = running.add("chromium", Chromium.start(folder.resolve("profile")));
    FakeMesh mesh = running.add("mesh", new FakeMesh(0));
    Resources monitor = running.add("monitor", new Resources());
    String listening = MonitorMain.start(config(mesh.registryPort()), monitor);
    Matcher ports = PORTS.matcher(listening);
    assertThat(ports.find()).as(listening).isTrue();
    mesh.feed(Integer.parseInt(ports.group(1)));
    address = "http://127.0.0.1:" + ports.group(2) + "/";
  }

  @AfterAll
  static void stop() {
    running.close();
  }

  private static MonitorConfig config(int registryPort) {
    return switch (new ConfigurationLoader<>("monitor", MonitorConfig.defaults())
        .load(
            List.of(
                "--grpc.port=0",
                "--http.port=0",
                "--grpc.drain-timeout=1s",
                "--registry=127.0.0.1:" + registryPort,
                "--data=" + folder.resolve("monitor"),
                "--watch.window=5s",
                "--history.write-interval=1s",
                "--dashboard.jaeger-url=http://127.0.0.1:16686/trace/{trace}",
                "--alerts.pending-for=1s"),
            Map.of())) {
      case ConfigurationLoader.Outcome.Run<MonitorConfig>(var config, var printed) -> config;
      case ConfigurationLoader.Outcome.Print<MonitorConfig>(var text) ->
          throw new AssertionError(text);
    };
  }

  @BeforeEach
  void open() {
    page = chromium.newPage();
    page.goTo(address);
    eventually().until(() -> page.text("#live").equals("live"));
  }

  @AfterEach
  void nothing_is_wrong_and_nobody_else_was_asked() {
    page.close();
    assertThat(page.problems()).isEmpty();
    assertThat(page.requests()).isNotEmpty().allMatch(url -> url.startsWith(address));
  }

  private static ConditionFactory eventually() {
    return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(200));
  }

  @Test
  void what_the_pages_make_of_the_data_is_right() throws Exception {
    try (InputStream script =
        Objects.requireNonNull(getClass().getResourceAsStream("data-test.js"), "data-test.js")) {
      String text = new String(script.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(page.evaluate(text)).isEmpty();
    }
  }

  @Test
  void evidence_of_a_bad_rollout_grows_up_to_its_boundary() {
    // The first rollout of the mesh predicts otherwise; later ones may be sound, whose evidence
    // stays.
    page.goTo(address + "#/rollouts?id=rollout-1");
    String meters =
        "Math.max(0, ...[...document.querySelectorAll('[role=meter]')].map((m) => m.getAttribute('aria-valuenow') / m.getAttribute('aria-valuemax')))";
    eventually().until(() -> page.evaluate(meters).asDouble() >= 1);
    eventually()
        .until(() -> page.text("#page").toLowerCase(java.util.Locale.ROOT).contains("rolled back"));
  }

  @Test
  void a_trace_opens_as_a_waterfall_by_keyboard_and_closes_by_escape() {
    String visible =
        "[...document.querySelectorAll(\"a[href^='#trace=']\")].find((link) => link.checkVisibility())";
    eventually().until(() -> page.evaluate(visible + " !== undefined").asBoolean());
    page.evaluate(visible + ".focus()");
    page.press("Enter");
    eventually().until(() -> page.count("dialog[open] .span") >= 5);
    assertThat(page.text("dialog .waterfall")).contains("onnxruntime run");
    page.press("Escape");
    eventually().until(() -> page.count("dialog[open]") == 0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Overview",
        "Alerts",
        "Rollouts",
        "Versions",
        "Drift",
        "History",
        "Traces",
        "Fleet"
      })
  void each_page_is_reached_by_keyboard_and_has_something_to_show(String title) throws Exception {
    goByKeyboard(title);
    eventually()
        .until(
            () -> page.count("#page .card:not(.empty)") > 0 && page.count("#page .trouble") == 0);
    assertThat(page.text("nav [aria-current=page]")).startsWith(title);
    assertThat(page.evaluate("document.title").asText()).contains(title);
  }

  /** Tab to the navigation's link, then Enter, as somebody without a mouse does. */
  private void goByKeyboard(String title) {
    page.evaluate("document.activeElement.blur()");
    for (int presses = 0; presses < 15; presses++) {
      page.press("Tab");
      if (page.evaluate(
              "document.activeElement.closest('nav') && document.activeElement.firstChild.textContent")
          .asText()
          .equals(title)) {
        page.press("Enter");
        return;
      }
    }
    throw new AssertionError(title + " is not among the first 15 stops of the keyboard");
  }

  @Test
  void the_page_follows_a_light_and_a_dark_system() {
    String background = "getComputedStyle(document.body).backgroundColor";
    page.colourScheme("light");
    assertThat(page.evaluate(background).asText()).isEqualTo("rgb(243, 245, 246)");
    page.colourScheme("dark");
    assertThat(page.evaluate(background).asText()).isEqualTo("rgb(14, 21, 25)");
  }
}

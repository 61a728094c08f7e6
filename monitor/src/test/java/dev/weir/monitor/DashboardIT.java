package dev.weir.monitor;

import static dev.weir.monitor.ShownMonitor.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.monitor.browser.BrowserPage;
import dev.weir.proto.route.v1.Diversion;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
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
  @TempDir private static Path folder;
  private static ShownMonitor monitor;
  private static String address = "";
  private BrowserPage page;

  @BeforeAll
  static void start() throws Exception {
    monitor = new ShownMonitor(folder);
    address = monitor.address();
  }

  @AfterAll
  static void stop() {
    monitor.close();
  }

  @BeforeEach
  void open() {
    page = monitor.open();
  }

  @AfterEach
  void nothing_is_wrong_and_nobody_else_was_asked() {
    monitor.close(page);
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
  void a_route_that_is_sent_to_its_fallback_says_so_until_it_is_restored() {
    monitor
        .mesh()
        .divert(
            Optional.of(
                Diversion.newBuilder()
                    .setVariant("old & sound")
                    .setBy("ada")
                    .setReason("errors")
                    .build()));
    eventually()
        .until(() -> page.text(".diverted").contains("All requests go to old & sound since"));
    assertThat(page.text(".diverted")).contains("sent to its fallback").contains("by ada: errors");

    monitor.mesh().divert(Optional.empty());
    eventually().until(() -> page.text(".diverted").isEmpty());
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

  @Test
  void a_group_is_opened_by_its_name_with_its_numbers_and_closed_again() {
    page.goTo(address + "#/labels");
    String link = "[aria-label=\"employment version 1\"] .pair a[href*=\"group=3\"]";
    eventually().until(() -> page.count(link) == 1);
    page.evaluate("document.querySelector('%s').focus()".formatted(link));
    page.press("Enter");
    String opened = "[aria-label=\"Group sector 3\"]";
    eventually().until(() -> page.count(opened + " .measure") == 4);
    assertThat(page.text(opened))
        .contains("is predicted rightly", "all others")
        .containsPattern("\\d+\\.\\d % \\(\\d+\\.\\d % to \\d+\\.\\d %\\): [\\d,]+ of [\\d,]+");
    assertThat(page.evaluate("document.activeElement.textContent").asText()).isEqualTo("sector 3");
    page.evaluate("document.querySelector('%s .choice').focus()".formatted(opened));
    page.press("Enter");
    eventually().until(() -> page.count(opened) == 0);
  }

  @Test
  void of_a_group_that_nobody_watches_it_says_so() {
    page.goTo(
        address + "#/labels?route=employment&model=employment&version=1&feature=sector&group=99");
    eventually().until(() -> page.text(".opened .trouble").startsWith("no such group is watched"));
    assertThat(page.problems()).allMatch(problem -> problem.contains("404"));
    page.close();
    page = monitor.open();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Overview",
        "Alerts",
        "Why",
        "Rollouts",
        "Versions",
        "Drift",
        "Labels",
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

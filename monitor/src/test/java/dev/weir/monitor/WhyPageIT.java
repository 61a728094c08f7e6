package dev.weir.monitor;

import static dev.weir.monitor.ShownMonitor.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.monitor.browser.BrowserPage;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page Why in a real Chromium: in the mesh, predictions for one sector get worse. */
final class WhyPageIT {
  private static final String FIRST_SLICE = "[aria-label=Slices] tbody tr";

  @TempDir private static Path folder;
  private static ShownMonitor monitor;
  private BrowserPage page;

  @BeforeAll
  static void start() throws Exception {
    monitor = new ShownMonitor(folder);
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

  private void goTo(String address) {
    page.goTo(monitor.address() + "#/" + address);
  }

  /** Opens a link as somebody without a mouse does. */
  private void follow(String selector) {
    eventually().until(() -> page.count(selector) > 0);
    page.evaluate("document.querySelector('%s').focus()".formatted(selector));
    page.press("Enter");
  }

  private void awaitTheWorseSector() {
    eventually().until(() -> page.text(FIRST_SLICE).startsWith("sector 3"));
    eventually().until(() -> page.text(FIRST_SLICE).contains("shown"));
  }

  @Test
  void the_slice_that_became_worse_comes_first_with_traces_and_what_was_deployed() {
    goTo("why?route=employment&version=1&event=wrong");
    awaitTheWorseSector();
    // Whether of all predictions or only of the sector, depends on how many have come.
    eventually()
        .until(() -> {
          String headline = page.text(".overall h1").toLowerCase(Locale.ROOT);
          return headline.contains("a prediction is wrong more often")
              && headline.contains("of sector 3");
        });
    assertThat(page.text("[aria-label=\"Over time\"]")).contains("sector 3", "changed at");
    assertThat(page.text("[aria-label=Deployments]"))
        .contains("rollout of version 2 beside 1", "first window after the change");
    eventually()
        .until(() ->
            page.text("[aria-label=Traces]").contains("Traces of sector 3")
                && page.text("[aria-label=Traces]").contains("In Jaeger"));
    follow("[aria-label=Traces] a[href^=\"#trace=\"]");
    eventually().until(() -> page.count("dialog[open] .span") >= 5);
    page.press("Escape");
    eventually().until(() -> page.count("dialog[open]") == 0);
  }

  @Test
  void each_version_and_each_comparison_is_there_once_and_is_chosen_by_keyboard() {
    goTo("why?route=employment&version=1");
    eventually().until(() -> page.count("[aria-label=Version] a") > 1);
    JsonNode all =
        page.evaluate(
            "[...document.querySelectorAll('.controls a')].map((link) => link.textContent)");
    assertThat(all).doesNotHaveDuplicates();
    assertThat(page.text("[aria-label=Version] [aria-current]")).isEqualTo("employment · 1");
    follow("[aria-label=\"Compared with\"] a[href*=\"against=2\"]");
    eventually()
        .until(
            () -> page.text("[aria-label=\"Compared with\"] [aria-current]").equals("version 2"));
    eventually().until(() -> page.text("[aria-label=\"Over time\"]").contains("version 2"));
    assertThat(page.evaluate("document.activeElement.textContent").asText()).isEqualTo("version 2");
  }

  @Test
  void another_event_and_another_slice_are_opened_by_their_name() {
    goTo("why?route=employment&version=1");
    follow("[aria-label=\"What changed\"] a[href*=\"event=class%3A1\"]");
    eventually().until(() -> page.text("[aria-label=\"Over time\"]").contains("“1” is predicted"));
    follow("[aria-label=Slices] tbody tr:nth-child(2) a");
    eventually()
        .until(() -> page.count("[aria-label=Slices] tbody tr:nth-child(2) a[aria-current]") == 1);
  }

  @Test
  void a_rollout_and_an_alert_lead_to_the_canary_beside_its_baseline() {
    String canary = "version=2";
    goTo("rollouts?id=rollout-1");
    follow(".verdict a[href^=\"#/why\"]");
    eventually().until(() -> page.text("nav [aria-current]").equals("Why"));
    assertThat(page.evaluate("location.hash").asText()).contains(canary, "against=1");
    goTo("alerts");
    follow("a[aria-label=\"Why GuardrailViolated?\"][href*=\"against=1\"]");
    eventually().until(() -> page.text("nav [aria-current]").equals("Why"));
    assertThat(page.evaluate("location.hash").asText()).contains(canary, "against=1");
  }

  @Test
  void of_an_unknown_version_it_says_that_nothing_is_known() {
    goTo("why?route=employment&version=77");
    eventually()
        .until(() -> page.text("#page").contains("Nothing is known of version 77 here: no sample"));
    assertThat(page.count(".controls [aria-label=Version] [aria-current]")).isZero();
  }

  @Test
  void it_says_that_it_loads_and_that_nobody_answers_above_the_last_good_answer() {
    page.evaluate("window.answers = window.fetch; window.fetch = () => new Promise(() => {})");
    page.evaluate("location.hash = '#/why?route=employment&version=1'");
    eventually().until(() -> page.text("#page").equals("Loading what changed …"));
    page.evaluate("window.fetch = window.answers");
    page.evaluate("location.hash = '#/overview'");
    page.evaluate("location.hash = '#/why?route=employment&version=1'");
    eventually().until(() -> page.count("[aria-label=Slices]") == 1);
    page.evaluate("window.fetch = () => Promise.reject(new Error('gone'))");
    eventually().until(() -> page.text(".trouble").equals("The monitor does not answer: gone."));
    assertThat(page.count("[aria-label=Slices]")).isEqualTo(1);
  }

  @Test
  void on_a_narrow_screen_nothing_is_cut_off() {
    page.size(400, 800);
    goTo("why?route=employment&version=1");
    eventually().until(() -> page.count("[aria-label=Slices]") == 1);
    assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth").asBoolean())
        .isTrue();
  }
}

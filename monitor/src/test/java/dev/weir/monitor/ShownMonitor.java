package dev.weir.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.monitor.browser.BrowserPage;
import dev.weir.monitor.browser.Chromium;
import dev.weir.monitor.simulated.FakeMesh;
import dev.weir.platform.lifecycle.Resources;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.core.ConditionFactory;

/** A real monitor that a mesh feeds which is not there, and a real Chromium to look at it. */
final class ShownMonitor implements AutoCloseable {
  private final Resources running = new Resources();
  private final Chromium chromium;
  private final FakeMesh mesh;
  private final RunningMonitor monitor;

  ShownMonitor(Path folder) throws Exception {
    chromium = running.add("chromium", Chromium.start(folder.resolve("profile")));
    mesh = running.add("mesh", new FakeMesh(0));
    monitor =
        running.add(
            "monitor",
            new RunningMonitor(
                folder.resolve("monitor"),
                mesh.registryPort(),
                "--watch.window=5s",
                "--why.window=5s",
                "--history.write-interval=1s",
                "--dashboard.jaeger-url=http://127.0.0.1:16686/trace/{trace}",
                "--alerts.pending-for=1s"));
    mesh.feed(monitor.grpcPort());
  }

  FakeMesh mesh() {
    return mesh;
  }

  String address() {
    return monitor.address();
  }

  /** A new page at the dashboard, once it is live. */
  BrowserPage open() {
    BrowserPage page = chromium.newPage();
    page.goTo(address());
    eventually().until(() -> page.text("#live").equals("live"));
    return page;
  }

  /** Closes a page on whose console nothing was wrong, and that asked nobody else. */
  void close(BrowserPage page) {
    page.close();
    assertThat(page.problems()).isEmpty();
    assertThat(page.requests()).isNotEmpty().allMatch(url -> url.startsWith(address()));
  }

  static ConditionFactory eventually() {
    return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(200));
  }

  @Override
  public void close() {
    running.close();
  }
}

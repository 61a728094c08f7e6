package dev.weir.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.monitor.browser.BrowserPage;
import dev.weir.monitor.browser.Chromium;
import dev.weir.monitor.simulated.FakeMesh;
import dev.weir.platform.config.ConfigurationLoader;
import dev.weir.platform.lifecycle.Resources;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionFactory;

/** A real monitor that a mesh feeds which is not there, and a real Chromium to look at it. */
final class ShownMonitor implements AutoCloseable {
  private static final Pattern PORTS =
      Pattern.compile("grpc=127.0.0.1:(\\d+) http=127.0.0.1:(\\d+)");

  private final Resources running = new Resources();
  private final Chromium chromium;
  private final FakeMesh mesh;
  private final String address;

  ShownMonitor(Path folder) throws Exception {
    chromium = running.add("chromium", Chromium.start(folder.resolve("profile")));
    mesh = running.add("mesh", new FakeMesh(0));
    Resources monitor = running.add("monitor", new Resources());
    String listening = MonitorMain.start(config(folder, mesh.registryPort()), monitor);
    Matcher ports = PORTS.matcher(listening);
    assertThat(ports.find()).as(listening).isTrue();
    mesh.feed(Integer.parseInt(ports.group(1)));
    address = "http://127.0.0.1:" + ports.group(2) + "/";
  }

  private static MonitorConfig config(Path folder, int registryPort) {
    return switch (new ConfigurationLoader<>("monitor", MonitorConfig.defaults())
        .load(
            List.of(
                "--grpc.port=0",
                "--http.port=0",
                "--grpc.drain-timeout=1s",
                "--registry=127.0.0.1:" + registryPort,
                "--data=" + folder.resolve("monitor"),
                "--watch.window=5s",
                "--why.window=5s",
                "--history.write-interval=1s",
                "--dashboard.jaeger-url=http://127.0.0.1:16686/trace/{trace}",
                "--alerts.pending-for=1s"),
            Map.of())) {
      case ConfigurationLoader.Outcome.Run<MonitorConfig>(var config, var printed) -> config;
      case ConfigurationLoader.Outcome.Print<MonitorConfig>(var text) ->
          throw new AssertionError(text);
    };
  }

  FakeMesh mesh() {
    return mesh;
  }

  String address() {
    return address;
  }

  /** A new page at the dashboard, once it is live. */
  BrowserPage open() {
    BrowserPage page = chromium.newPage();
    page.goTo(address);
    eventually().until(() -> page.text("#live").equals("live"));
    return page;
  }

  /** Closes a page on whose console nothing was wrong, and that asked nobody else. */
  void close(BrowserPage page) {
    page.close();
    assertThat(page.problems()).isEmpty();
    assertThat(page.requests()).isNotEmpty().allMatch(url -> url.startsWith(address));
  }

  static ConditionFactory eventually() {
    return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(200));
  }

  @Override
  public void close() {
    running.close();
  }
}

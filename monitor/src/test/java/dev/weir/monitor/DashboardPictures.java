package dev.weir.monitor;

import dev.weir.monitor.browser.BrowserPage;
import dev.weir.monitor.browser.Chromium;
import dev.weir.monitor.simulated.FakeMesh;
import dev.weir.platform.config.ConfigurationLoader;
import dev.weir.platform.lifecycle.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * Draws the pictures of the docs: each page of a monitor that the mesh feeds which is not there, in
 * light and dark. Arguments: the folder, the seconds after which the pictures are taken, and the
 * pages; without them, all.
 */
public final class DashboardPictures {
  private static final List<String> PAGES =
      List.of(
          "overview",
          "alerts",
          "why",
          "rollouts",
          "versions",
          "drift",
          "labels",
          "labels-group",
          "history",
          "traces",
          "fleet");
  private static final String GROUP =
      "labels?route=employment&model=employment&version=1&feature=sector&group=3";
  private static final Pattern PORTS =
      Pattern.compile("grpc=127.0.0.1:(\\d+) http=127.0.0.1:(\\d+)");

  private DashboardPictures() {}

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    Path data = Files.createTempDirectory("weir-pictures");
    try (var running = new Resources()) {
      FakeMesh mesh = running.add("mesh", new FakeMesh(0));
      String listening =
          MonitorMain.start(
              config(mesh.registryPort(), data), running.add("monitor", new Resources()));
      Matcher ports = PORTS.matcher(listening);
      if (!ports.find()) {
        throw new IllegalStateException(listening);
      }
      Chromium chromium = running.add("chromium", Chromium.start(data.resolve("profile")));
      mesh.feed(Integer.parseInt(ports.group(1)));
      String address = "http://127.0.0.1:" + ports.group(2);
      settle(Duration.ofSeconds(Long.parseLong(args[1])));
      for (String scheme : List.of("light", "dark")) {
        for (String name : args.length > 2 ? List.of(args).subList(2, args.length) : PAGES) {
          try (BrowserPage page = chromium.newPage()) {
            draw(page, address, name, scheme, folder);
          }
        }
      }
    }
    System.exit(0);
  }

  private static void draw(
      BrowserPage page, String address, String name, String scheme, Path folder)
      throws IOException {
    page.size(1280, 800);
    page.colourScheme(scheme);
    page.goTo(address + "/#/" + (name.equals("labels-group") ? GROUP : name));
    settle(Duration.ofSeconds(4));
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> !page.text("#page").contains("Loading"));
    page.picture(folder.resolve("dashboard-" + name + "-" + scheme + ".png"));
    if (!page.problems().isEmpty()) {
      throw new IllegalStateException(name + ": " + page.problems());
    }
  }

  /** Charts need something to show, and a page its second state. */
  private static void settle(Duration time) {
    Awaitility.await().pollDelay(time).atMost(time.plusSeconds(10)).until(() -> true);
  }

  private static MonitorConfig config(int registryPort, Path data) {
    return switch (new ConfigurationLoader<>("monitor", MonitorConfig.defaults())
        .load(
            List.of(
                "--grpc.port=0",
                "--http.port=0",
                "--registry=127.0.0.1:" + registryPort,
                "--data=" + data.resolve("monitor"),
                "--watch.window=5s",
                "--why.window=5s",
                "--dashboard.jaeger-url=http://127.0.0.1:16686/trace/{trace}",
                "--history.write-interval=1s"),
            Map.of())) {
      case ConfigurationLoader.Outcome.Run<MonitorConfig>(var config, var printed) -> config;
      case ConfigurationLoader.Outcome.Print<MonitorConfig>(var text) ->
          throw new IllegalStateException(text);
    };
  }
}

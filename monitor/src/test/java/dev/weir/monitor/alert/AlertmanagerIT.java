package dev.weir.monitor.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Alerts as a real Prometheus Alertmanager takes them. */
final class AlertmanagerIT {
  private static final Finding FINDING =
      Finding.of(
          "FeatureDrift",
          Map.of("route", "fraud", "feature", "age"),
          Severity.WARNING,
          "age drifts",
          Clock.system().now(),
          Map.of());

  @TempDir private Path folder;
  private final HttpClient client = HttpClient.newHttpClient();
  private final HttpPost post = new HttpPost(Duration.ofSeconds(5));
  private Process alertmanager;
  private String address;

  @BeforeEach
  void start() throws IOException {
    String program = System.getenv("WEIR_ALERTMANAGER_BIN");
    Assumptions.assumeTrue(
        program != null && !program.isBlank(),
        "WEIR_ALERTMANAGER_BIN is not set: run deploy/components/install prometheus, then"
            + " eval \"$(deploy/components/install --env)\"");
    Path config =
        Files.writeString(
            folder.resolve("config.yml"), "route:\n  receiver: none\nreceivers:\n  - name: none\n");
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    address = "http://127.0.0.1:" + port + "/api/v2/";
    alertmanager =
        new ProcessBuilder(
                program,
                "--config.file=" + config,
                "--storage.path=" + folder.resolve("data"),
                "--cluster.listen-address=",
                "--web.listen-address=127.0.0.1:" + port)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(() -> !alertmanager.isAlive() || get("status").contains("uptime"));
    Assumptions.assumeTrue(
        alertmanager.isAlive(),
        () -> "the Alertmanager of WEIR_ALERTMANAGER_BIN does not start here: " + log());
  }

  @AfterEach
  void stop() {
    post.close();
    if (alertmanager != null) {
      alertmanager.destroy();
    }
  }

  /** What it said; one that is not from deploy/components may lack its templates. */
  private String log() {
    try {
      return Files.readString(folder.resolve("log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String get(String path) throws IOException, InterruptedException {
    return client
        .send(
            HttpRequest.newBuilder(URI.create(address + path)).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  @Test
  void it_lists_an_alert_that_fires_and_drops_it_when_it_is_over() {
    var clock = new TestClock();
    var book = new AlertBook(AlertConfig.defaults(), Clock.system(), Randomness.seeded(1));
    var messenger =
        new Messenger(
            Webhook.parse("alertmanager " + address + "alerts"),
            AlertConfig.defaults(),
            "monitor-1",
            post,
            clock);
    book.firing(FINDING);
    Alert alert = book.list().getFirst().alert();
    var firing = alert.with(AlertState.FIRING, Clock.system().now(), null);

    messenger.tell(AlertGroup.of(firing));
    clock.advance(Duration.ZERO);
    assertThat(messenger.sent()).isEqualTo(1);
    awaitActive("FeatureDrift");

    messenger.goesOn(List.of(firing));
    clock.advance(Duration.ZERO);
    assertThat(messenger.sent()).isEqualTo(2);
    awaitActive("FeatureDrift");

    messenger.tell(
        AlertGroup.of(
            firing.with(AlertState.RESOLVED, Clock.system().now(), Clock.system().now())));
    clock.advance(Duration.ZERO);
    assertThat(messenger.sent()).isEqualTo(3);
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(get("alerts")).isEqualToIgnoringNewLines("[]"));
  }

  private void awaitActive(String kind) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() ->
            assertThat(get("alerts"))
                .contains(
                    "\"alertname\":\"" + kind + "\"",
                    "\"severity\":\"warning\"",
                    "\"state\":\"active\"",
                    "\"route\":\"fraud\""));
  }
}

package dev.weir.platform.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.lifecycle.Readiness;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.telemetry.Telemetry;
import dev.weir.platform.telemetry.TelemetryConfig;
import dev.weir.platform.time.TestClock;
import dev.weir.platform.tls.ClientCertificates;
import dev.weir.platform.tls.ClientTlsConfig;
import dev.weir.platform.tls.ReloadingTls;
import dev.weir.platform.tls.ServiceTls;
import dev.weir.platform.tls.TestAuthority;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pages over TLS. */
@Timeout(60)
final class HttpTlsTest {
  private static final TestAuthority AUTHORITY = new TestAuthority("Test CA");
  private static final TestAuthority STRANGER = new TestAuthority("Other CA");
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  @TempDir Path folder;
  private final TestClock clock = new TestClock();
  private final Resources opened = new Resources();
  private final Telemetry telemetry =
      Telemetry.start("router", "router-1", TelemetryConfig.defaults());

  @AfterEach
  void stop() {
    opened.close();
    telemetry.close();
  }

  private HttpListenConfig config(ClientCertificates clients, X509Bundle own) {
    TestAuthority.PemFiles files = AUTHORITY.write(folder, "server", own);
    return new HttpListenConfig("127.0.0.1", 0, 16, files.listener(clients, INTERVAL));
  }

  private HttpServer server(ClientCertificates clients) {
    HttpListenConfig config = config(clients, AUTHORITY.issue(b -> b));
    ReloadingTls tls = ServiceTls.ofPages(config.tls(), clock, clock, telemetry.meter(), opened);
    return opened.add(
        "http",
        HttpServer.start("router http", config, tls, new Readiness(), telemetry, routes -> {}));
  }

  /** The answer to a client on a new connection. */
  private HttpResponse<String> get(HttpServer server, @Nullable X509Bundle shows)
      throws IOException, InterruptedException {
    TestAuthority.PemFiles own =
        AUTHORITY.write(folder, "client", shows == null ? AUTHORITY.issue(b -> b) : shows);
    var config =
        new ClientTlsConfig(
            true,
            own.cas(),
            shows == null ? Path.of("") : own.certificate(),
            shows == null ? Path.of("") : own.key(),
            "",
            INTERVAL);
    try (ReloadingTls tls =
            Objects.requireNonNull(ReloadingTls.client("tls", config, clock, clock));
        HttpClient client = HttpClient.newBuilder().sslContext(tls.jdkContext()).build()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + server.port() + "/health/live"))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  @Test
  void pages_are_encrypted_and_not_served_in_plain_text() throws Exception {
    HttpServer server = server(ClientCertificates.NONE);

    HttpResponse<String> answer = get(server, null);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
    try (HttpClient plain = HttpClient.newHttpClient()) {
      URI page = URI.create("http://127.0.0.1:" + server.port() + "/health/live");
      assertThatThrownBy(() ->
              plain.send(
                  HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString()))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void where_certificates_are_required_only_those_of_the_authority_get_pages() throws Exception {
    HttpServer server = server(ClientCertificates.REQUIRED);

    assertThat(get(server, AUTHORITY.issue(b -> b)).statusCode()).isEqualTo(200);
    assertThatThrownBy(() -> get(server, null)).isInstanceOf(IOException.class);
    X509Bundle stranger = STRANGER.issue(b -> b);
    assertThatThrownBy(() -> get(server, stranger)).isInstanceOf(IOException.class);
  }

  @Test
  void where_they_are_optional_a_probe_needs_none() throws Exception {
    assertThat(get(server(ClientCertificates.OPTIONAL), null).statusCode()).isEqualTo(200);
  }

  @Test
  void new_files_are_shown_to_new_connections() throws Exception {
    HttpServer server = server(ClientCertificates.NONE);
    Certificate before = shown(get(server, null));
    X509Bundle next = AUTHORITY.issue(b -> b);
    AUTHORITY.write(folder, "server", next);

    clock.advance(INTERVAL);

    assertThat(shown(get(server, null))).isEqualTo(next.getCertificate()).isNotEqualTo(before);
  }

  private static Certificate shown(HttpResponse<String> answer) throws IOException {
    return answer.sslSession().orElseThrow().getPeerCertificates()[0];
  }

  @Test
  void pages_with_tls_enabled_are_never_served_in_plain_text() {
    HttpListenConfig config = config(ClientCertificates.NONE, AUTHORITY.issue(b -> b));
    var readiness = new Readiness();

    assertThatThrownBy(
            () -> HttpServer.start("router http", config, readiness, telemetry, routes -> {}))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage(
            "http.tls.enabled: true (expected: false: router http is served in plain text only)");
  }
}

package dev.weir.platform.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.lifecycle.Readiness;
import dev.weir.platform.lifecycle.StartFailure;
import dev.weir.platform.telemetry.Telemetry;
import dev.weir.platform.tls.ClientCertificates;
import dev.weir.platform.tls.ReloadingTls;
import io.helidon.common.tls.Tls;
import io.helidon.common.tls.TlsClientAuth;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A service's HTTP port: {@code /health} (200 when ready, else 503, with the parts and their
 * reasons), {@code /health/live}, {@code /metrics} in Prometheus' text form, and the routes that
 * the service adds.
 */
public final class HttpServer implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final WebServer server;

  private HttpServer(WebServer server) {
    this.server = server;
  }

  /**
   * Binds and starts, in plain text.
   *
   * @throws StartFailure when the address cannot be bound
   */
  public static HttpServer start(
      String name,
      HttpListenConfig config,
      Readiness readiness,
      Telemetry telemetry,
      Consumer<HttpRouting.Builder> routes) {
    return start(name, config, null, readiness, telemetry, routes);
  }

  /**
   * Binds and starts.
   *
   * @param tls of {@code config.tls()}; null: plain text
   * @throws InvalidValueException when TLS is enabled and not given
   * @throws StartFailure when the address cannot be bound
   */
  public static HttpServer start(
      String name,
      HttpListenConfig config,
      @Nullable ReloadingTls tls,
      Readiness readiness,
      Telemetry telemetry,
      Consumer<HttpRouting.Builder> routes) {
    if (config.tls().enabled() && tls == null) {
      throw new InvalidValueException(
          "http.tls.enabled", true, "false: " + name + " is served in plain text only");
    }
    HttpRouting.Builder routing =
        HttpRouting.builder()
            .get("/health", (request, response) -> health(readiness, response))
            .get(
                "/health/live",
                (request, response) -> send(response, Status.OK_200, Map.of("status", "live")))
            .get(
                "/metrics",
                (request, response) ->
                    response
                        .header(
                            HeaderNames.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
                        .send(telemetry.prometheusText()));
    routes.accept(routing);
    requireFree(name, config);
    WebServerConfig.Builder builder =
        WebServer.builder()
            .host(config.host())
            .port(config.port())
            .maxPayloadSize(config.maxBodyBytes())
            .shutdownHook(false)
            // off by default; without it small answers wait for a delayed acknowledgement (40 ms)
            .connectionOptions(options -> options.tcpNoDelay(true))
            .addRouting(routing);
    if (tls != null) {
      // with NIO Helidon makes an engine for each connection, which is what follows the files
      builder.useNio(true).tls(encrypted(tls, config.tls().clientCertificates()));
    }
    WebServer server = builder.build();
    server.start();
    if (!server.isRunning()) {
      // somebody was faster; Helidon has logged it
      throw StartFailure.portTaken(
          name, address(config), new BindException("Address already in use"));
    }
    return new HttpServer(server);
  }

  private static Tls encrypted(ReloadingTls tls, ClientCertificates clients) {
    return Tls.builder()
        .sslContext(tls.jdkContext())
        .clientAuth(
            switch (clients) {
              case NONE -> TlsClientAuth.NONE;
              case OPTIONAL -> TlsClientAuth.OPTIONAL;
              case REQUIRED -> TlsClientAuth.REQUIRED;
            })
        .build();
  }

  /**
   * Helidon neither throws for an address that it cannot bind nor says why: it logs a stack trace.
   */
  private static void requireFree(String name, HttpListenConfig config) {
    try (var probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(config.host(), config.port()));
    } catch (IOException e) {
      throw StartFailure.portTaken(name, address(config), e);
    }
  }

  private static String address(HttpListenConfig config) {
    return config.host() + ":" + config.port();
  }

  private record Health(String status, Map<String, String> parts) {}

  private static void health(Readiness readiness, ServerResponse response) {
    boolean ready = readiness.isReady();
    send(
        response,
        ready ? Status.OK_200 : Status.SERVICE_UNAVAILABLE_503,
        new Health(ready ? "ready" : "not ready", readiness.describe()));
  }

  /** Sends a value as JSON. */
  public static void send(ServerResponse response, Status status, Object value) {
    try {
      response
          .status(status)
          .header(HeaderNames.CONTENT_TYPE, "application/json")
          .send(JSON.writeValueAsBytes(value));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not serialisable: " + value.getClass(), e);
    }
  }

  /** The port bound. */
  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.stop();
  }
}

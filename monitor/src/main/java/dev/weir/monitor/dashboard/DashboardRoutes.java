package dev.weir.monitor.dashboard;

import dev.weir.platform.http.HttpServer;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.http.sse.SseEvent;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.sse.SseSink;
import io.helidon.webserver.staticcontent.ClasspathHandlerConfig;
import io.helidon.webserver.staticcontent.StaticContentFeature;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The page and its data: {@code GET /}, {@code /api/v1/state}, {@code /api/v1/events} (server-sent
 * events, the state each time), {@code /api/v1/traces} (the newest 200), {@code
 * /api/v1/traces/{id}}, {@code /api/v1/metrics?service=}.
 */
public final class DashboardRoutes {
  private static final Pattern TRACE_ID = Pattern.compile("[0-9a-f]{32}");

  /** Everything comes from here: the page names no other host. */
  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

  private final Dashboard dashboard;

  /** Routes to a dashboard. */
  public DashboardRoutes(Dashboard dashboard) {
    this.dashboard = dashboard;
  }

  /** Adds them. */
  public void addTo(HttpRouting.Builder routes) {
    routes
        .addFilter((chain, request, response) -> {
          response.header(HeaderNames.create("Content-Security-Policy"), CONTENT_SECURITY_POLICY);
          response.header(HeaderNames.create("X-Content-Type-Options"), "nosniff");
          response.header(HeaderNames.CACHE_CONTROL, "no-cache");
          chain.proceed();
        })
        .get("/api/v1/state", this::state)
        .get("/api/v1/events", this::events)
        .get(
            "/api/v1/traces",
            (request, response) -> HttpServer.send(response, Status.OK_200, dashboard.traces()))
        .get("/api/v1/traces/{id}", this::trace)
        .get("/api/v1/metrics", this::metrics)
        .register(
            "/lib/uplot",
            classPath("META-INF/resources/webjars/uplot/1.6.30/dist", Optional.empty()))
        .register("/", classPath("web", Optional.of("index.html")));
  }

  private static io.helidon.webserver.http.HttpService classPath(
      String location, Optional<String> welcome) {
    ClasspathHandlerConfig.Builder config = ClasspathHandlerConfig.builder().location(location);
    welcome.ifPresent(config::welcome);
    return StaticContentFeature.createService(config.build());
  }

  private void state(ServerRequest request, ServerResponse response) {
    response.header(HeaderNames.CONTENT_TYPE, "application/json").send(dashboard.json());
  }

  private void events(ServerRequest request, ServerResponse response) {
    if (!dashboard.events().reserve()) {
      refuse(response, Status.SERVICE_UNAVAILABLE_503, "too many pages are open, close one");
      return;
    }
    try (SseSink sink = response.sink(SseSink.TYPE)) {
      dashboard.events().listen(dashboard.json(), text -> sink.emit(SseEvent.create(text)));
    }
  }

  private void trace(ServerRequest request, ServerResponse response) {
    String id = request.path().pathParameters().get("id");
    if (!TRACE_ID.matcher(id).matches()) {
      refuse(
          response,
          Status.BAD_REQUEST_400,
          "trace id: "
              + id.substring(0, Math.min(64, id.length()))
              + " (expected: 32 hexadecimal digits)");
      return;
    }
    Optional<TraceView> trace = dashboard.trace(id);
    if (trace.isPresent()) {
      HttpServer.send(response, Status.OK_200, trace.get());
    } else {
      refuse(
          response,
          Status.NOT_FOUND_404,
          "trace " + id + " is not here: it was not sampled, has not come yet, or is too old");
    }
  }

  private void metrics(ServerRequest request, ServerResponse response) {
    HttpServer.send(
        response,
        Status.OK_200,
        dashboard.metrics(request.query().first("service").orElse("")).stream()
            .map(line ->
                Map.of(
                    "service", line.series().service(),
                    "instance", line.series().instance(),
                    "metric", line.series().metric(),
                    "attributes", line.series().attributes(),
                    "value", line.value().value(),
                    "sum", line.value().sum(),
                    "at", line.value().at().toEpochMilli()))
            .toList());
  }

  private static void refuse(ServerResponse response, Status status, String message) {
    HttpServer.send(response, status, Map.of("error", message));
  }
}

package dev.weir.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.monitor.simulated.FakeRegistry;
import dev.weir.platform.fuzz.Change;
import dev.weir.platform.fuzz.FuzzRun;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is asked of a real monitor over HTTP is answered, and never with its own failure. */
final class HttpRoutesFuzzIT {
  private static final List<String> PATHS =
      List.of(
          "state",
          "traces",
          "traces/0123456789abcdef0123456789abcdef",
          "traces/%00",
          "metrics",
          "business",
          "logs",
          "drift",
          "labels",
          "alerts",
          "alerts/x/acknowledgement",
          "silences",
          "silences/x",
          "why",
          "why/versions",
          "labelling",
          "erase",
          "history",
          "history/series",
          "samples",
          "published",
          "nothing",
          "..%2f..%2fetc",
          "%ff");
  private static final List<String> PARAMETERS =
      List.of(
          "route",
          "model",
          "version",
          "series",
          "from",
          "to",
          "points",
          "format",
          "limit",
          "service",
          "traceId",
          "event",
          "baseline",
          "since",
          "state",
          "kind");
  private static final List<String> VALUES =
      List.of(
          "",
          "0",
          "-1",
          "9223372036854775807",
          "-9223372036854775808",
          "1e400",
          "NaN",
          "csv",
          "json",
          "outcomes",
          "feature:x",
          "\u0000",
          "ü\u2028'\"<>",
          "a".repeat(3_000),
          "../..",
          "true");
  private static final List<String> BODIES =
      List.of(
          "{\"by\": \"ada\", \"request_ids\": [\"a\"], \"units\": [\"1f\"]}",
          "[{\"request_id\":\"a\",\"true_classes\":[\"1\"]}]",
          "request_id,true_class\r\na,1\r\n",
          "{\"by\":\"ada\",\"comment\":\"c\",\"matchers\":{\"kind\":\"Drift\"},\"untilMillis\":1}",
          "[".repeat(20_000));
  private static final List<String> TYPES =
      List.of("application/json", "text/csv", "text/plain", "application/octet-stream");

  @TempDir Path folder;
  private final Clock clock = Clock.system();
  private final Scheduler scheduler = Scheduler.system("fuzz");
  private final FakeRegistry registry = new FakeRegistry(0, clock, scheduler);
  private RunningMonitor monitor;

  @BeforeEach
  void start() throws Exception {
    monitor = new RunningMonitor(folder.resolve("monitor"), registry.port());
  }

  @AfterEach
  void stop() {
    monitor.close();
    registry.close();
    scheduler.close();
  }

  private static <T> T pick(List<T> from, SplittableRandom random) {
    return from.get(random.nextInt(from.size()));
  }

  private HttpRequest request(SplittableRandom random) {
    var uri = new StringBuilder(pick(PATHS, random));
    for (int i = random.nextInt(5); i > 0; i--) {
      uri.append(uri.indexOf("?") < 0 ? '?' : '&')
          .append(pick(PARAMETERS, random))
          .append('=')
          .append(URLEncoder.encode(pick(VALUES, random), StandardCharsets.UTF_8));
    }
    var request = monitor.api(uri.toString()).timeout(Duration.ofSeconds(30));
    return switch (random.nextInt(4)) {
      case 0 -> request.build();
      case 1 -> request.DELETE().build();
      default ->
          request
              .header("Content-Type", pick(TYPES, random))
              .POST(
                  HttpRequest.BodyPublishers.ofByteArray(
                      Change.some(pick(BODIES, random).getBytes(StandardCharsets.UTF_8), random)))
              .build();
    };
  }

  @Test
  void any_request_is_answered_and_none_with_a_failure() {
    FuzzRun.of(
        "http routes",
        1_500,
        seed -> {
          HttpRequest request = request(new SplittableRandom(seed));
          HttpResponse<String> response = monitor.send(request);
          assertThat(response.statusCode()).as("%s: %s", request, response.body()).isLessThan(500);
        });
  }
}

package dev.weir.monitor.privacy;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.http.HttpServer;
import dev.weir.platform.time.Clock;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * {@code GET /api/v1/samples?model=&version=&from=&to=&limit=}: kept samples with inputs and
 * outputs, the newest first. {@code more} says that there are older ones.
 */
public final class SampleRoutes implements HttpService {
  private final SampleStore store;
  private final PrivacyConfig config;
  private final Semaphore places;
  private final Clock clock;

  /** Answers from a store. */
  public SampleRoutes(SampleStore store, PrivacyConfig config, Clock clock) {
    this.store = store;
    this.config = config;
    this.places = new Semaphore(config.maxQueries());
    this.clock = clock;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.get("/", this::samples);
  }

  private record Answer(List<Map<String, Object>> samples, boolean more) {}

  private void samples(ServerRequest request, ServerResponse response) {
    SampleQuery query;
    try {
      query =
          SampleQuery.read(
              name -> Optional.ofNullable(request.query().first(name).orElse(null)),
              clock.now().toEpochMilli(),
              config.maxAnswerSamples());
    } catch (InvalidValueException e) {
      refuse(response, Status.BAD_REQUEST_400, String.valueOf(e.getMessage()));
      return;
    }
    if (!places.tryAcquire()) {
      refuse(response, Status.SERVICE_UNAVAILABLE_503, "too many queries at once, ask again");
      return;
    }
    try {
      SampleStore.Page page = store.find(query, config.maxAnswerBytes());
      HttpServer.send(
          response,
          Status.OK_200,
          new Answer(page.samples().stream().map(SampleJson::of).toList(), page.more()));
    } finally {
      places.release();
    }
  }

  private static void refuse(ServerResponse response, Status status, String message) {
    HttpServer.send(response, status, Map.of("error", message));
  }
}

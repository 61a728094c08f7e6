package dev.weir.monitor.history;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.http.HttpServer;
import dev.weir.platform.time.Clock;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The history by HTTP, below {@code /api/v1/history}: {@code GET
 * ?route=&model=&version=&series=&from=&to=&points=} gives series, {@code GET /series} says which
 * there are.
 */
public final class HistoryRoutes implements HttpService {
  private static final Comparator<SeriesKey> ORDER =
      Comparator.comparing(SeriesKey::route)
          .thenComparing(SeriesKey::model)
          .thenComparing(SeriesKey::version)
          .thenComparing(SeriesKey::kind)
          .thenComparing(SeriesKey::name);

  private static final Logger LOG = LoggerFactory.getLogger(HistoryRoutes.class);

  private final HistoryStore store;
  private final int maxSeries;
  private final Semaphore places;
  private final Clock clock;

  /** Answers from a store. */
  public HistoryRoutes(HistoryStore store, HistoryConfig config, Clock clock) {
    this.store = store;
    this.maxSeries = config.maxAnswerSeries();
    this.places = new Semaphore(config.maxQueries());
    this.clock = clock;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.get("/", this::history).get("/series", this::series);
  }

  private void history(ServerRequest request, ServerResponse response) {
    HistoryQuery query;
    try {
      query =
          HistoryQuery.read(
              name -> Optional.ofNullable(request.query().first(name).orElse(null)),
              clock.now().getEpochSecond());
    } catch (InvalidValueException e) {
      refuse(response, Status.BAD_REQUEST_400, String.valueOf(e.getMessage()));
      return;
    }
    ask(
        response,
        reading -> {
          List<SeriesKey> keys =
              reading.series().stream().filter(query::wants).sorted(ORDER).toList();
          if (keys.size() > maxSeries) {
            throw new InvalidValueException(
                "series",
                keys.size() + " match",
                "at most %d; name a route, version or series".formatted(maxSeries));
          }
          return HistoryAnswer.of(reading, query, keys);
        });
  }

  private void ask(ServerResponse response, Function<HistoryReading, Object> question) {
    if (!places.tryAcquire()) {
      refuse(response, Status.SERVICE_UNAVAILABLE_503, "too many queries at once, ask again");
      return;
    }
    try {
      HttpServer.send(response, Status.OK_200, store.read(question));
    } catch (InvalidValueException e) {
      refuse(response, Status.BAD_REQUEST_400, String.valueOf(e.getMessage()));
    } catch (JdbiException e) {
      LOG.atWarn().setCause(e).log("the history cannot be read");
      refuse(response, Status.SERVICE_UNAVAILABLE_503, "the history cannot be read now, ask again");
    } finally {
      places.release();
    }
  }

  private void series(ServerRequest request, ServerResponse response) {
    ask(
        response,
        reading ->
            reading.series().stream()
                .sorted(ORDER)
                .map(key ->
                    Map.of(
                        "route", key.route(),
                        "model", key.model(),
                        "version", key.version(),
                        "kind", key.kind().word(),
                        "name", key.name()))
                .toList());
  }

  private static void refuse(ServerResponse response, Status status, String message) {
    HttpServer.send(response, status, Map.of("error", message));
  }
}

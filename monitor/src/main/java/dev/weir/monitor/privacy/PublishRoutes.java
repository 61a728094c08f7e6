package dev.weir.monitor.privacy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.http.HttpServer;
import dev.weir.platform.http.JsonBody;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * {@code GET /api/v1/published?model=&day=}: what was published, and what is left of the budgets.
 * {@code POST /api/v1/published} with {@code {"by": "ada", "model": "fraud", "day": "2026-11-24",
 * "statistic": "classes", "epsilon": 0.25}}: publishes, status 201, or gives what was published
 * before, status 200.
 */
public final class PublishRoutes implements HttpService {
  private static final int MAX_RELEASES = 1_000;

  private final Publisher publisher;
  private final ReleaseStore store;
  private final Semaphore places;

  /** Publishes. */
  public PublishRoutes(Publisher publisher, ReleaseStore store, PrivacyConfig config) {
    this.publisher = publisher;
    this.store = store;
    this.places = new Semaphore(config.maxQueries());
  }

  @Override
  public void routing(HttpRules rules) {
    rules.get("/", this::published).post("/", this::publish);
  }

  private void published(ServerRequest request, ServerResponse response) {
    if (!places.tryAcquire()) {
      refuse(response, Status.SERVICE_UNAVAILABLE_503, "too many queries at once, ask again");
      return;
    }
    try {
      String model = request.query().first("model").orElse("");
      Optional<LocalDate> day =
          Optional.ofNullable(request.query().first("day").orElse(null)).map(PublishRoutes::day);
      HttpServer.send(
          response,
          Status.OK_200,
          Map.of(
              "releases",
              store.releases(model, day, MAX_RELEASES).stream().map(PublishRoutes::json).toList(),
              "budgets",
              store.budgets(model).stream()
                  .filter(budget -> day.isEmpty() || day.get().equals(budget.day()))
                  .limit(MAX_RELEASES)
                  .map(this::json)
                  .toList()));
    } catch (InvalidValueException e) {
      refuse(response, Status.BAD_REQUEST_400, String.valueOf(e.getMessage()));
    } finally {
      places.release();
    }
  }

  private void publish(ServerRequest request, ServerResponse response) {
    JsonBody.take(
        request,
        response,
        body -> {
          switch (publisher.publish(order(body))) {
            case Publisher.Answer.Made(ReleaseStore.Release release) ->
                HttpServer.send(response, Status.CREATED_201, json(release));
            case Publisher.Answer.MadeBefore(ReleaseStore.Release release) ->
                HttpServer.send(response, Status.OK_200, json(release));
            case Publisher.Answer.Refused(Publisher.Why why, String message) ->
                refuse(response, status(why), message);
          }
        });
  }

  private static Status status(Publisher.Why why) {
    return switch (why) {
      case OPEN -> Status.BAD_REQUEST_400;
      case UNKNOWN -> Status.NOT_FOUND_404;
      case OVER_BUDGET -> Status.CONFLICT_409;
      case NOT_SAVED -> Status.SERVICE_UNAVAILABLE_503;
    };
  }

  private static Publisher.Order order(JsonNode body) {
    JsonNode epsilon = body.path("epsilon");
    if (!epsilon.isNumber()) {
      throw new InvalidValueException("epsilon", epsilon, "a number, 0.000001 to 1000");
    }
    return new Publisher.Order(
        JsonBody.text("by", body.path("by").asText()),
        JsonBody.text("model", body.path("model").asText()),
        day(body.path("day").asText()),
        JsonBody.text("statistic", body.path("statistic").asText()),
        Epsilon.of(epsilon.asDouble()));
  }

  private static LocalDate day(String text) {
    try {
      return LocalDate.parse(text);
    } catch (DateTimeParseException e) {
      throw new InvalidValueException("day", "\"" + text + "\"", "a day like 2026-11-24");
    }
  }

  private static Map<String, Object> json(ReleaseStore.Release release) {
    var json = new LinkedHashMap<String, Object>();
    json.put("model", release.model());
    json.put("day", release.day().toString());
    json.put("statistic", release.statistic());
    json.put("epsilon", release.epsilon().value());
    json.put("noise", "discrete Laplace, scale 1/epsilon");
    json.put("within95", DiscreteLaplace.within95(release.epsilon()));
    json.put("by", release.by());
    json.put("at", release.at().toString());
    json.put("versions", release.versions().stream().map(PublishRoutes::json).toList());
    return json;
  }

  /** Shares are made of the noisy counts, negative ones taken as 0. */
  private static Map<String, Object> json(ReleaseStore.Counts counts) {
    long sum = 0;
    long positive = 0;
    for (long count : counts.counts()) {
      sum += count;
      positive += Math.max(0, count);
    }
    var cells = new ArrayList<Map<String, Object>>();
    List<String> names = counts.cells();
    for (int i = 0; i < names.size(); i++) {
      long count = counts.counts()[i];
      cells.add(
          Map.of(
              "name",
              names.get(i),
              "count",
              count,
              "share",
              positive == 0 ? 0.0 : (double) Math.max(0, count) / positive));
    }
    return Map.of("version", counts.version(), "sum", sum, "cells", cells);
  }

  private Map<String, Object> json(ReleaseStore.Budget budget) {
    return Map.of(
        "model",
        budget.model(),
        "day",
        budget.day().toString(),
        "epsilon",
        (double) publisher.total(budget) / Epsilon.UNIT,
        "spent",
        (double) budget.spent() / Epsilon.UNIT,
        "left",
        (double) publisher.left(budget) / Epsilon.UNIT,
        "statistics",
        store.statistics(budget.model(), budget.day()));
  }

  private static void refuse(ServerResponse response, Status status, String message) {
    HttpServer.send(response, status, Map.of("error", message));
  }
}

package dev.weir.monitor.labelling;

import dev.weir.monitor.intake.NotTakenException;
import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.http.HttpServer;
import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.ReportFeedbackResponse;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * {@code GET /api/v1/labelling?route=&limit=&format=json|csv}: what to label; {@code POST
 * /api/v1/labels} with JSON or CSV: the labels.
 */
public final class LabellingRoutes {
  private static final int MAX_BODY = 8 << 20;
  private static final List<String> HEAD =
      List.of(
          "request_id",
          "route",
          "model",
          "version",
          "predicted",
          "score",
          "uncertain",
          "unusual",
          "disagreeing",
          "at",
          "trace_id",
          "true_class",
          "true_value");

  private final LabellingQueue queue;
  private final LabellingConfig config;
  private final Function<List<Feedback>, ReportFeedbackResponse> labels;

  /**
   * Shows a queue.
   *
   * @param labels takes labels
   */
  public LabellingRoutes(
      LabellingQueue queue,
      LabellingConfig config,
      Function<List<Feedback>, ReportFeedbackResponse> labels) {
    this.queue = queue;
    this.config = config;
    this.labels = labels;
  }

  /** Adds them. */
  public void addTo(HttpRouting.Builder routes) {
    routes.get("/api/v1/labelling", this::list).post("/api/v1/labels", this::take);
  }

  private void list(ServerRequest request, ServerResponse response) {
    try {
      List<Candidate> best =
          queue.best(
              Optional.of(request.query().first("route").orElse(""))
                  .filter(route -> !route.isEmpty()),
              limit(request.query().first("limit").orElse("100")));
      switch (request.query().first("format").orElse("json")) {
        case "json" ->
            HttpServer.send(
                response, Status.OK_200, best.stream().map(LabellingRoutes::json).toList());
        case "csv" -> csv(response, best);
        case String other -> throw new InvalidValueException("format", other, "json or csv");
      }
    } catch (InvalidValueException e) {
      refuse(response, e);
    }
  }

  private int limit(String text) {
    try {
      return Check.inRange("limit", Integer.parseInt(text), 1, config.maxPerRoute());
    } catch (NumberFormatException e) {
      throw new InvalidValueException("limit", text, "1 to " + config.maxPerRoute());
    }
  }

  private static Map<String, Object> json(Candidate candidate) {
    var json = new LinkedHashMap<String, Object>();
    json.put("requestId", candidate.requestId());
    json.put("route", candidate.route());
    json.put("model", candidate.model());
    json.put("version", candidate.version());
    json.put("predicted", candidate.predicted());
    json.put("score", candidate.score());
    json.put("uncertain", candidate.uncertain());
    json.put("unusual", candidate.unusual());
    json.put("disagreeing", candidate.disagreeing());
    json.put("atMillis", candidate.atMillis());
    json.put("traceId", candidate.traceId());
    return json;
  }

  private static void csv(ServerResponse response, List<Candidate> best) {
    var text = new StringBuilder(Csv.line(HEAD));
    for (Candidate each : best) {
      text.append(
          Csv.line(
              List.of(
                  each.requestId(),
                  each.route(),
                  each.model(),
                  each.version(),
                  each.predicted(),
                  Double.toString(each.score()),
                  Double.toString(each.uncertain()),
                  String.join(" ", each.unusual()),
                  Boolean.toString(each.disagreeing()),
                  Instant.ofEpochMilli(each.atMillis()).toString(),
                  each.traceId(),
                  "",
                  "")));
    }
    response
        .header(HeaderNames.CONTENT_TYPE, "text/csv; charset=utf-8")
        .header(HeaderNames.CONTENT_DISPOSITION, "attachment; filename=\"labelling.csv\"")
        .send(text.toString());
  }

  private void take(ServerRequest request, ServerResponse response) {
    // A page of another site can only send what needs no leave of ours: never these types.
    String type = request.headers().contentType().map(each -> each.text()).orElse("");
    boolean json = type.startsWith("application/json");
    if (!json && !type.startsWith("text/csv")) {
      HttpServer.send(
          response,
          Status.UNSUPPORTED_MEDIA_TYPE_415,
          Map.of("error", "content-type: another (expected: application/json or text/csv)"));
      return;
    }
    try {
      byte[] body = body(request);
      List<Feedback> read =
          json
              ? LabelReader.json(body, config.maxLabels())
              : LabelReader.csv(new String(body, StandardCharsets.UTF_8), config.maxLabels());
      ReportFeedbackResponse taken = labels.apply(read);
      HttpServer.send(response, Status.OK_200, new Taken(taken.getJoined(), taken.getPending()));
    } catch (InvalidValueException e) {
      refuse(response, e);
    } catch (NotTakenException e) {
      HttpServer.send(
          response,
          Status.SERVICE_UNAVAILABLE_503,
          Map.of("error", String.valueOf(e.getMessage())));
    }
  }

  /** What became of labels: their prediction was found, or is waited for. */
  private record Taken(long joined, long pending) {}

  private static byte[] body(ServerRequest request) {
    try {
      byte[] bytes = request.content().inputStream().readNBytes(MAX_BODY + 1);
      if (bytes.length > MAX_BODY) {
        throw new InvalidValueException("body", "longer", "at most " + MAX_BODY + " bytes");
      }
      return bytes;
    } catch (IOException e) {
      throw new InvalidValueException("body", "cut off", "a whole one");
    }
  }

  private static void refuse(ServerResponse response, InvalidValueException e) {
    HttpServer.send(
        response, Status.BAD_REQUEST_400, Map.of("error", String.valueOf(e.getMessage())));
  }
}

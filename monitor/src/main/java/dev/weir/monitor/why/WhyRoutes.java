package dev.weir.monitor.why;

import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.http.HttpServer;
import dev.weir.platform.time.Clock;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * {@code GET /api/v1/why?route=&model=&version=&against=&event=&recent=}: what changed most, since
 * when, the slices that explain it, and what was deployed meanwhile. {@code GET
 * /api/v1/why/versions}: which versions can be asked about.
 */
public final class WhyRoutes implements HttpService {
  private static final int MAX_DEPLOYMENTS = 200;

  private final WhyBoard board;
  private final DeploymentLog log;
  private final WhyJson json;
  private final Clock clock;
  private final Duration kept;

  /**
   * Explains by a board.
   *
   * @param holdsTrace whether a trace can be shown here
   */
  public WhyRoutes(
      WhyBoard board,
      DeploymentLog log,
      WhyConfig config,
      Predicate<String> holdsTrace,
      Clock clock) {
    this.board = board;
    this.log = log;
    this.json = new WhyJson(holdsTrace);
    this.clock = clock;
    this.kept = config.window().multipliedBy(config.windows());
  }

  @Override
  public void routing(HttpRules rules) {
    rules.get("/", this::why).get("/versions", this::versions);
  }

  private void versions(ServerRequest request, ServerResponse response) {
    HttpServer.send(response, Status.OK_200, board.known().stream().map(WhyJson::version).toList());
  }

  private void why(ServerRequest request, ServerResponse response) {
    try {
      HttpServer.send(response, Status.OK_200, answer(question(request)));
    } catch (InvalidValueException e) {
      HttpServer.send(
          response, Status.BAD_REQUEST_400, Map.of("error", String.valueOf(e.getMessage())));
    }
  }

  private static Question question(ServerRequest request) {
    return new Question(
        parameter(request, "route"),
        parameter(request, "model"),
        Check.notBlank("version", parameter(request, "version")),
        parameter(request, "against"),
        parameter(request, "event"),
        recent(parameter(request, "recent")));
  }

  private static String parameter(ServerRequest request, String name) {
    return request.query().first(name).orElse("");
  }

  private static int recent(String text) {
    try {
      return text.isEmpty()
          ? Question.FIND
          : Check.inRange("recent", Integer.parseInt(text), 1, 999);
    } catch (NumberFormatException e) {
      throw new InvalidValueException("recent", text, "1 to 999 windows");
    }
  }

  private Map<String, Object> answer(Question question) {
    var said = new LinkedHashMap<String, Object>();
    said.put("route", question.route());
    said.put("model", question.model());
    said.put("version", question.version());
    said.put("against", question.against());
    said.put("alpha", Explainer.ALPHA);
    Instant from =
        switch (board.explain(question)) {
          case Answer.Explained(Explanation explanation) -> {
            said.put("reason", "");
            json.put(said, explanation);
            yield Instant.ofEpochMilli(explanation.starts().getFirst());
          }
          case Answer.Nothing(String reason) -> {
            said.put("reason", reason);
            said.put("changes", List.of());
            said.put("slices", List.of());
            yield clock.now().minus(kept);
          }
        };
    DeploymentLog.Known deployed =
        log.about(question.route(), question.model(), from, MAX_DEPLOYMENTS);
    said.put("deployments", deployed.deployments().stream().map(WhyJson::deployment).toList());
    said.put("deploymentsSinceMillis", deployed.since().toEpochMilli());
    said.put("deploymentsForgotten", deployed.forgotten());
    return said;
  }
}

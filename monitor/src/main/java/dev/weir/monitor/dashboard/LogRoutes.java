package dev.weir.monitor.dashboard;

import dev.weir.monitor.intake.LogBoard;
import dev.weir.platform.http.HttpServer;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Map;
import java.util.regex.Pattern;

/** The newest errors in logs: {@code GET /api/v1/logs?traceId=&service=}, newest first. */
public final class LogRoutes implements HttpService {
  private static final Pattern TRACE_ID = Pattern.compile("|[0-9a-f]{32}");
  private static final int MAX_LOGS = 500;

  private final LogBoard board;

  /** Answers from a board. */
  public LogRoutes(LogBoard board) {
    this.board = board;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.get("/", this::logs);
  }

  private void logs(ServerRequest request, ServerResponse response) {
    String traceId = request.query().first("traceId").orElse("");
    if (!TRACE_ID.matcher(traceId).matches()) {
      HttpServer.send(
          response,
          Status.BAD_REQUEST_400,
          Map.of(
              "error",
              "traceId: "
                  + traceId.substring(0, Math.min(64, traceId.length()))
                  + " (expected: 32 hexadecimal digits)"));
      return;
    }
    HttpServer.send(
        response,
        Status.OK_200,
        board.find(request.query().first("service").orElse(""), traceId, MAX_LOGS));
  }
}

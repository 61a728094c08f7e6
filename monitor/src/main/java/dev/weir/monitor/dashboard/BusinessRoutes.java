package dev.weir.monitor.dashboard;

import dev.weir.monitor.intake.BusinessBoard;
import dev.weir.platform.http.HttpServer;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;

/** Means of business metrics for each variant: {@code GET /api/v1/business}. */
public final class BusinessRoutes implements HttpService {
  private final BusinessBoard board;

  /** Answers from a board. */
  public BusinessRoutes(BusinessBoard board) {
    this.board = board;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.get("/", (request, response) -> HttpServer.send(response, Status.OK_200, board.lines()));
  }
}

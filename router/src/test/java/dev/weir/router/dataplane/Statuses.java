package dev.weir.router.dataplane;

import dev.weir.router.wire.StatusCode;
import io.grpc.Status;

/** gRPC's statuses in the router's words and back. */
final class Statuses {
  private Statuses() {}

  static Status status(StatusCode code, String message) {
    return Status.fromCodeValue(code.number()).withDescription(message);
  }

  static StatusCode code(Status status) {
    return StatusCode.ofNumber(status.getCode().value());
  }

  /**
   * What a client is told. A worker's own words pass unchanged; what this process's transport says
   * gets the worker's name.
   */
  static String message(Status status, String worker) {
    String text = status.getDescription() == null ? "" : status.getDescription();
    boolean transport =
        status.getCause() != null
            || status.getCode() == Status.Code.UNAVAILABLE && text.startsWith("Network closed")
            || text.startsWith("RST_STREAM");
    return transport || text.isEmpty() ? "worker " + worker + ": " + lost(status, text) : text;
  }

  private static String lost(Status status, String text) {
    Throwable cause = status.getCause();
    String reason = cause == null || cause.getMessage() == null ? "" : cause.getMessage();
    String said = text.isEmpty() ? status.getCode().name() : text;
    return reason.isEmpty() || said.contains(reason) ? said : said + " (" + reason + ")";
  }
}

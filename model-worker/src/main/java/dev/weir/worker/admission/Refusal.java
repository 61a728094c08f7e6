package dev.weir.worker.admission;

import io.grpc.Status;

/**
 * Why a request is not served.
 *
 * @param code gRPC status
 * @param reason short word for metrics: "shape", "queue_wait", "draining"
 * @param message for the caller
 */
public record Refusal(Status.Code code, String reason, String message) {
  /** The refusal as a gRPC status. */
  public Status status() {
    return Status.fromCode(code).withDescription(message);
  }
}

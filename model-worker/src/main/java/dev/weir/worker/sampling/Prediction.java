package dev.weir.worker.sampling;

import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.route.v1.Assignment;
import dev.weir.worker.engine.VersionKey;
import dev.weir.worker.tensor.TensorSignature;
import java.time.Instant;
import java.util.Optional;

/**
 * A request that was answered, as the serving path hands it over.
 *
 * @param requestId id by which feedback finds it; empty: none
 * @param assignment how the router assigned it; empty: it did not come through a router
 * @param at when the worker took it
 * @param traceId 32 hexadecimal digits; empty: its trace is not sampled
 * @param workerNanos time in the worker
 */
public record Prediction(
    String requestId,
    Optional<Assignment> assignment,
    VersionKey version,
    TensorSignature signature,
    Instant at,
    ModelInferRequest request,
    ModelInferResponse response,
    String traceId,
    long workerNanos) {
  /** The same without its inputs, when they are too large to be sent. */
  Prediction withoutRequest() {
    return new Prediction(
        requestId,
        assignment,
        version,
        signature,
        at,
        ModelInferRequest.getDefaultInstance(),
        response,
        traceId,
        workerNanos);
  }
}

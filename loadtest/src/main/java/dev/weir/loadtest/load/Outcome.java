package dev.weir.loadtest.load;

import dev.weir.proto.inference.ModelInferResponse;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * What became of one request.
 *
 * @param index number of the request
 * @param status final gRPC status
 * @param latencyNanos from the time the request was <em>due</em> to its end
 * @param response the answer, when the status is OK
 * @param variant variant named in the answer's metadata; empty when the server is no Weir router
 * @param servedVersion {@code model/version} named in the answer's metadata; empty likewise
 * @param attempts tries that the router made; 0 when not said
 * @param sent false when the client's own bound on requests in flight kept it from being sent
 */
public record Outcome(
    long index,
    Status status,
    long latencyNanos,
    @Nullable ModelInferResponse response,
    String variant,
    String servedVersion,
    int attempts,
    boolean sent) {}

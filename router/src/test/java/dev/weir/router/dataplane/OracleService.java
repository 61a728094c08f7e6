package dev.weir.router.dataplane;

import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.router.exchange.Exchanges;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;

/** Inference at call level, on grpc-java: what the relay is compared with. */
public final class OracleService {
  static final MethodDescriptor<RawMessage, RawMessage> MODEL_INFER =
      RawMethods.raw(GRPCInferenceServiceGrpc.getModelInferMethod());

  private OracleService() {}

  /** The service over a router's exchanges. */
  public static ServerServiceDefinition of(Exchanges exchanges) {
    return ServerServiceDefinition.builder(GRPCInferenceServiceGrpc.SERVICE_NAME)
        .addMethod(MODEL_INFER, (call, headers) -> new UnaryCall(call, headers, exchanges))
        .addMethod(
            RawMethods.MODEL_STREAM_INFER,
            (call, headers) -> new StreamCall(call, headers, exchanges))
        .build();
  }
}

package dev.weir.router.dataplane;

import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import io.grpc.MethodDescriptor;

/** Methods that carry tensors, with messages left as bytes. */
final class RawMethods {
  static final MethodDescriptor<RawMessage, RawMessage> MODEL_STREAM_INFER =
      raw(GRPCInferenceServiceGrpc.getModelStreamInferMethod());

  private RawMethods() {}

  static MethodDescriptor<RawMessage, RawMessage> raw(MethodDescriptor<?, ?> method) {
    return MethodDescriptor.<RawMessage, RawMessage>newBuilder()
        .setType(method.getType())
        .setFullMethodName(method.getFullMethodName())
        .setSchemaDescriptor(method.getSchemaDescriptor())
        .setRequestMarshaller(RawMarshaller.INSTANCE)
        .setResponseMarshaller(RawMarshaller.INSTANCE)
        .build();
  }
}

package dev.weir.router.oracle;

import dev.weir.platform.grpc.BytesMarshaller;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import io.grpc.MethodDescriptor;

/** ModelInfer with messages left as bytes, for the client and the worker. */
final class RawInfer {
  static final MethodDescriptor<byte[], byte[]> METHOD =
      MethodDescriptor.<byte[], byte[]>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName(GRPCInferenceServiceGrpc.getModelInferMethod().getFullMethodName())
          .setRequestMarshaller(BytesMarshaller.INSTANCE)
          .setResponseMarshaller(BytesMarshaller.INSTANCE)
          .build();

  private RawInfer() {}
}

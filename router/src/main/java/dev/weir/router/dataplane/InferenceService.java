package dev.weir.router.dataplane;

import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.router.exchange.Exchanges;
import io.grpc.BindableService;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;

/**
 * The inference service without {@code ModelInfer}, which is relayed and never comes here: {@code
 * ModelStreamInfer} goes through as bytes, all others are answered by the router itself. It has the
 * generated service's descriptor, so that reflection describes it.
 */
public final class InferenceService implements BindableService {
  private final Exchanges exchanges;
  private final BindableService answeredHere;

  /**
   * @param answeredHere the generated service with every other method
   */
  public InferenceService(Exchanges exchanges, BindableService answeredHere) {
    this.exchanges = exchanges;
    this.answeredHere = answeredHere;
  }

  @Override
  public ServerServiceDefinition bindService() {
    ServerServiceDefinition generated = answeredHere.bindService();
    String stream = RawMethods.MODEL_STREAM_INFER.getFullMethodName();
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(GRPCInferenceServiceGrpc.SERVICE_NAME)
            .setSchemaDescriptor(
                GRPCInferenceServiceGrpc.getServiceDescriptor().getSchemaDescriptor())
            .addMethod(RawMethods.MODEL_STREAM_INFER);
    for (ServerMethodDefinition<?, ?> method : generated.getMethods()) {
      String name = method.getMethodDescriptor().getFullMethodName();
      if (!name.equals(stream)) {
        descriptor.addMethod(method.getMethodDescriptor());
      }
    }
    ServerServiceDefinition.Builder service =
        ServerServiceDefinition.builder(descriptor.build())
            .addMethod(
                RawMethods.MODEL_STREAM_INFER,
                (call, headers) -> new StreamCall(call, headers, exchanges));
    for (ServerMethodDefinition<?, ?> method : generated.getMethods()) {
      String name = method.getMethodDescriptor().getFullMethodName();
      if (!name.equals(stream)) {
        service.addMethod(method);
      }
    }
    return service.build();
  }
}

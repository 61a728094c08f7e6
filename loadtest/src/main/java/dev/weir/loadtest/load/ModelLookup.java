package dev.weir.loadtest.load;

import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.lifecycle.StartFailure;
import dev.weir.platform.tls.ClientTlsConfig;
import dev.weir.platform.tls.ProgramTls;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.ModelMetadataRequest;
import dev.weir.proto.inference.ModelMetadataResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Asks a server for a model's metadata once, before the load. */
public final class ModelLookup {
  /** Status of something needed that does not answer (sysexits.h EX_UNAVAILABLE). */
  private static final int EXIT_UNAVAILABLE = 69;

  private static final long DEADLINE_SECONDS = 5;

  private ModelLookup() {}

  /**
   * The model's inputs and outputs.
   *
   * @throws StartFailure with status 69 when the server does not answer within 5 seconds, or does
   *     not have the model
   */
  public static ModelMetadataResponse metadata(
      HostAndPort server, ClientTlsConfig config, String model) throws InterruptedException {
    try (var tls = new ProgramTls(config);
        GrpcChannel channel = GrpcChannel.to(server, tls.tls(), List.of())) {
      return GRPCInferenceServiceGrpc.newBlockingStub(channel.channel())
          .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
          .modelMetadata(ModelMetadataRequest.newBuilder().setName(model).build());
    } catch (StatusRuntimeException e) {
      throw new StartFailure(EXIT_UNAVAILABLE, message(server, model, e.getStatus()));
    }
  }

  private static String message(HostAndPort server, String model, Status status) {
    Throwable root = status.getCause();
    while (root != null && root.getCause() != null) {
      root = root.getCause();
    }
    String reason =
        status.getCode()
            + (status.getDescription() == null ? "" : " " + status.getDescription())
            + (root == null || root.getMessage() == null ? "" : ", " + root.getMessage());
    return switch (status.getCode()) {
      case UNAVAILABLE, DEADLINE_EXCEEDED ->
          "server " + server + " does not answer (" + reason + "); start it, or see --target";
      case UNIMPLEMENTED ->
          "server " + server + " does not speak the KServe v2 protocol (" + reason + ")";
      default -> "model " + model + " at " + server + " cannot be called (" + reason + ")";
    };
  }
}

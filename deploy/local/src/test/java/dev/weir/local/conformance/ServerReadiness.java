package dev.weir.local.conformance;

import dev.weir.local.mesh.ManagedProcess;
import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.time.Clock;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.ServerReadyRequest;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Asks a KServe v2 server whether it is ready. */
final class ServerReadiness implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final GrpcChannel channel;

  ServerReadiness(HostAndPort address) {
    channel = GrpcChannel.to(address, List.of());
  }

  void await(ManagedProcess server) {
    server.awaitReady(this::isReady, LIMIT, Clock.system());
  }

  private boolean isReady() {
    try {
      return GRPCInferenceServiceGrpc.newBlockingStub(channel.channel())
          .withDeadlineAfter(1, TimeUnit.SECONDS)
          .serverReady(ServerReadyRequest.getDefaultInstance())
          .getReady();
    } catch (StatusRuntimeException notYet) {
      return false;
    }
  }

  @Override
  public void close() throws InterruptedException {
    channel.close();
  }
}

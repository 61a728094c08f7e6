package dev.weir.platform.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.discovery.v1.DeregisterRequest;
import dev.weir.proto.discovery.v1.DeregisterResponse;
import dev.weir.proto.discovery.v1.DiscoveryServiceGrpc;
import io.grpc.CompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class DeflateCodecTest {
  private static final class Recording extends DiscoveryServiceGrpc.DiscoveryServiceImplBase {
    final List<String> ids = new ArrayList<>();

    @Override
    public void deregister(DeregisterRequest request, StreamObserver<DeregisterResponse> response) {
      ids.add(request.getId());
      response.onNext(DeregisterResponse.getDefaultInstance());
      response.onCompleted();
    }
  }

  @Test
  void a_server_takes_requests_that_are_compressed_by_deflate() throws InterruptedException {
    var service = new Recording();
    CompressorRegistry compressors = CompressorRegistry.newEmptyInstance();
    compressors.register(new DeflateCodec());
    String id = "a".repeat(10_000);
    try (GrpcServer server =
        GrpcServer.start(
            "deflate",
            GrpcListenConfig.onLoopback(0),
            GrpcServer.Services.of(List.of(), service))) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", server.port())
              .usePlaintext()
              .compressorRegistry(compressors)
              .build();
      try {
        DiscoveryServiceGrpc.newBlockingStub(channel)
            .withCompression("deflate")
            .withDeadlineAfter(10, TimeUnit.SECONDS)
            .deregister(DeregisterRequest.newBuilder().setId(id).build());
      } finally {
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
      }
    }
    assertThat(service.ids).containsExactly(id);
  }
}

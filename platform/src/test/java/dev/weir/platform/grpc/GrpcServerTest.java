package dev.weir.platform.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.platform.lifecycle.StartFailure;
import dev.weir.proto.discovery.v1.DeregisterRequest;
import dev.weir.proto.discovery.v1.DeregisterResponse;
import dev.weir.proto.discovery.v1.DiscoveryServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class GrpcServerTest {
  private final List<GrpcServer> servers = new ArrayList<>();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final HeldService service = new HeldService();

  /** Answers each call when it is released. */
  private static final class HeldService extends DiscoveryServiceGrpc.DiscoveryServiceImplBase {
    final CountDownLatch arrived = new CountDownLatch(1);
    final CountDownLatch released = new CountDownLatch(1);

    @Override
    public void deregister(DeregisterRequest request, StreamObserver<DeregisterResponse> response) {
      arrived.countDown();
      try {
        if (!released.await(20, TimeUnit.SECONDS)) {
          throw new AssertionError("never released");
        }
      } catch (InterruptedException cut) {
        response.onError(Status.CANCELLED.asRuntimeException());
        return;
      }
      response.onNext(DeregisterResponse.getDefaultInstance());
      response.onCompleted();
    }
  }

  /** Remembers what a call brought. */
  private static final class Answers<T> implements StreamObserver<T> {
    final List<T> values = new CopyOnWriteArrayList<>();
    final CountDownLatch ended = new CountDownLatch(1);
    volatile Status status = Status.OK;

    @Override
    public void onNext(T value) {
      values.add(value);
    }

    @Override
    public void onError(Throwable error) {
      status = Status.fromThrowable(error);
      ended.countDown();
    }

    @Override
    public void onCompleted() {
      ended.countDown();
    }

    Status end() throws InterruptedException {
      assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
      return status;
    }
  }

  @AfterEach
  void stop() {
    service.released.countDown();
    channels.forEach(ManagedChannel::shutdownNow);
    servers.forEach(GrpcServer::close);
  }

  private GrpcServer start(GrpcListenConfig config) {
    GrpcServer server =
        GrpcServer.start("test grpc", config, GrpcServer.Services.of(List.of(), service));
    servers.add(server);
    return server;
  }

  private static GrpcListenConfig config(int port, Duration drainTimeout) {
    return new GrpcListenConfig(
        "127.0.0.1", port, 2_048, 4_096, 100, Duration.ofSeconds(5), drainTimeout);
  }

  private ManagedChannel connect(GrpcServer server) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
    channels.add(channel);
    return channel;
  }

  private static ServingStatus health(ManagedChannel channel, String name) {
    return HealthGrpc.newBlockingStub(channel)
        .check(HealthCheckRequest.newBuilder().setService(name).build())
        .getStatus();
  }

  private Answers<DeregisterResponse> call(ManagedChannel channel) throws InterruptedException {
    var answers = new Answers<DeregisterResponse>();
    DiscoveryServiceGrpc.newStub(channel)
        .deregister(DeregisterRequest.getDefaultInstance(), answers);
    assertThat(service.arrived.await(20, TimeUnit.SECONDS)).isTrue();
    return answers;
  }

  @Test
  void health_says_what_was_set() {
    GrpcServer server = start(config(0, Duration.ofSeconds(1)));
    ManagedChannel channel = connect(server);
    server.setServing("fraud", true);
    assertThat(health(channel, "fraud")).isEqualTo(ServingStatus.SERVING);
    server.setServing("fraud", false);
    assertThat(health(channel, "fraud")).isEqualTo(ServingStatus.NOT_SERVING);
    server.setServing("", false);
    assertThat(health(channel, "")).isEqualTo(ServingStatus.NOT_SERVING);
    assertThatThrownBy(() -> health(channel, "unheard-of")).hasMessageContaining("NOT_FOUND");
  }

  @Test
  void reflection_names_the_services() throws InterruptedException {
    ManagedChannel channel = connect(start(config(0, Duration.ofSeconds(1))));
    var answers = new Answers<ServerReflectionResponse>();
    StreamObserver<ServerReflectionRequest> requests =
        ServerReflectionGrpc.newStub(channel).serverReflectionInfo(answers);
    requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    requests.onCompleted();
    assertThat(answers.end()).isEqualTo(Status.OK);
    assertThat(answers.values.getFirst().getListServicesResponse().getServiceList())
        .extracting(ServiceResponse::getName)
        .contains("weir.discovery.v1.DiscoveryService", "grpc.health.v1.Health");
  }

  @Test
  void while_draining_the_call_in_flight_finishes_and_new_ones_are_refused() throws Exception {
    GrpcServer server = start(config(0, Duration.ofSeconds(20)));
    ManagedChannel channel = connect(server);
    Answers<DeregisterResponse> inFlight = call(channel);
    assertThat(server.callsInFlight()).isEqualTo(1);
    Thread draining = Thread.ofVirtual().start(server::drain);
    var late = new Answers<HealthCheckResponse>();
    await().until(() -> refusesNewConnections(server));
    ManagedChannel other = connect(server);
    HealthGrpc.newStub(other).check(HealthCheckRequest.getDefaultInstance(), late);
    assertThat(late.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(draining.isAlive()).isTrue();
    service.released.countDown();
    assertThat(inFlight.end()).isEqualTo(Status.OK);
    assertThat(inFlight.values).hasSize(1);
    draining.join();
  }

  private static boolean refusesNewConnections(GrpcServer server) {
    try (var socket = new java.net.Socket("127.0.0.1", server.port())) {
      return !socket.isConnected();
    } catch (java.io.IOException refused) {
      return true;
    }
  }

  @Test
  void draining_says_not_serving_and_does_not_wait_for_health_watches() throws Exception {
    GrpcServer server = start(config(0, Duration.ofMinutes(10)));
    ManagedChannel channel = connect(server);
    var watch = new Answers<HealthCheckResponse>();
    HealthGrpc.newStub(channel).watch(HealthCheckRequest.getDefaultInstance(), watch);
    await().until(() -> !watch.values.isEmpty());
    assertThat(server.callsInFlight()).isZero();
    server.drain();
    server.drain();
    await().until(() -> watch.values.size() == 2);
    assertThat(watch.values)
        .extracting(HealthCheckResponse::getStatus)
        .containsExactly(ServingStatus.SERVING, ServingStatus.NOT_SERVING);
    server.close();
    assertThat(watch.end().getCode()).isIn(Status.Code.UNAVAILABLE, Status.Code.CANCELLED);
  }

  @Test
  void a_call_that_does_not_end_in_time_is_cut_off() throws Exception {
    GrpcServer server = start(config(0, Duration.ofMillis(50)));
    Answers<DeregisterResponse> inFlight = call(connect(server));
    server.drain();
    assertThat(server.callsInFlight()).isEqualTo(1);
    server.close();
    assertThat(inFlight.end().getCode()).isIn(Status.Code.UNAVAILABLE, Status.Code.CANCELLED);
  }

  @Test
  void a_taken_port_is_said_with_what_to_do() {
    GrpcServer first = start(config(0, Duration.ofSeconds(1)));
    assertThatThrownBy(() -> start(config(first.port(), Duration.ofSeconds(1))))
        .isInstanceOfSatisfying(
            StartFailure.class, failure -> assertThat(failure.exitStatus()).isEqualTo(69))
        .hasMessage(
            "test grpc: 127.0.0.1:%d cannot be bound (Address already in use); stop what listens"
                + " there, or give another port (0: any free one)",
            first.port());
  }

  @Test
  void a_host_that_is_not_this_machine_is_said() {
    var config =
        new GrpcListenConfig(
            "no-such-host.invalid", 0, 2_048, 4_096, 1, Duration.ofSeconds(5), Duration.ZERO);
    assertThatThrownBy(() -> start(config))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("no-such-host.invalid:0 cannot be bound");
  }

  @Test
  void what_is_larger_than_the_limits_is_refused() {
    service.released.countDown();
    ManagedChannel channel = connect(start(config(0, Duration.ofSeconds(1))));
    var stub = DiscoveryServiceGrpc.newBlockingStub(channel);
    assertThatThrownBy(
            () -> stub.deregister(DeregisterRequest.newBuilder().setId("x".repeat(3_000)).build()))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("RESOURCE_EXHAUSTED");
    var large = new Metadata();
    large.put(MeshMetadata.REQUEST_ID, "x".repeat(5_000));
    assertThatThrownBy(() ->
            stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(large))
                .deregister(DeregisterRequest.getDefaultInstance()))
        .isInstanceOf(StatusRuntimeException.class);
    var answer = stub.deregister(DeregisterRequest.newBuilder().setId("small").build());
    assertThat(answer).isEqualTo(DeregisterResponse.getDefaultInstance());
  }

  @Test
  void a_channel_of_ours_reaches_it() throws InterruptedException {
    service.released.countDown();
    GrpcServer server = start(config(0, Duration.ofSeconds(1)));
    try (var channel = GrpcChannel.to(new HostAndPort("127.0.0.1", server.port()), List.of())) {
      var answer =
          DiscoveryServiceGrpc.newBlockingStub(channel.channel())
              .deregister(DeregisterRequest.getDefaultInstance());
      assertThat(answer).isEqualTo(DeregisterResponse.getDefaultInstance());
    }
  }
}

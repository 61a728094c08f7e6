package dev.weir.platform.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.telemetry.Telemetry;
import dev.weir.platform.telemetry.TelemetryConfig;
import dev.weir.platform.time.SkippingClock;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.discovery.v1.DeregisterRequest;
import dev.weir.proto.discovery.v1.DiscoveryServiceGrpc;
import dev.weir.proto.discovery.v1.Instance;
import dev.weir.proto.discovery.v1.RegisterRequest;
import dev.weir.proto.discovery.v1.WatchRequest;
import dev.weir.proto.discovery.v1.WatchResponse;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class EmbeddedDiscoveryServiceTest {
  private static final Duration STARTING = Duration.ofSeconds(10);

  private final TestClock clock = new TestClock();
  private final SkippingClock skipping = new SkippingClock(clock);
  private final Telemetry telemetry =
      Telemetry.start("registry", "registry-1", TelemetryConfig.defaults());
  private final EmbeddedDiscoveryService service =
      new EmbeddedDiscoveryService(
          skipping, clock, new EmbeddedDiscoveryConfig(2, 2, STARTING), telemetry.meter());
  private final String name = UUID.randomUUID().toString();
  private final ManagedChannel channel =
      InProcessChannelBuilder.forName(name).directExecutor().build();
  private final DiscoveryServiceGrpc.DiscoveryServiceBlockingStub stub =
      DiscoveryServiceGrpc.newBlockingStub(channel);
  private final Server server =
      InProcessServerBuilder.forName(name).directExecutor().addService(service).build();

  /** A client that takes only what it asks for. */
  private static final class Watcher
      implements ClientResponseObserver<WatchRequest, WatchResponse> {
    final List<WatchResponse> lists = new ArrayList<>();
    private final int atFirst;
    private @Nullable ClientCallStreamObserver<WatchRequest> call;
    private Status ended = Status.OK;

    Watcher(int atFirst) {
      this.atFirst = atFirst;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> requests) {
      call = requests;
      requests.disableAutoRequestWithInitial(atFirst);
    }

    void ask() {
      if (call != null) {
        call.request(1);
      }
    }

    void leave() {
      if (call != null) {
        call.cancel("seen enough", null);
      }
    }

    @Override
    public void onNext(WatchResponse response) {
      lists.add(response);
    }

    @Override
    public void onError(Throwable error) {
      ended = Status.fromThrowable(error);
    }

    @Override
    public void onCompleted() {}

    List<String> lastIds() {
      return lists.getLast().getInstancesList().stream().map(Instance::getId).toList();
    }
  }

  @BeforeEach
  void start() throws IOException {
    server.start();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
    telemetry.close();
  }

  private static Instance.Builder worker(String id) {
    return Instance.newBuilder().setService("worker").setId(id).setHost("127.0.0.1").setPort(7001);
  }

  private void register(Instance.Builder instance, long seconds) {
    var unused =
        stub.register(
            RegisterRequest.newBuilder()
                .setInstance(instance)
                .setTimeToLive(com.google.protobuf.Duration.newBuilder().setSeconds(seconds))
                .build());
  }

  private Watcher watch(String serviceWord, int atFirst) {
    var watcher = new Watcher(atFirst);
    DiscoveryServiceGrpc.newStub(channel)
        .watch(WatchRequest.newBuilder().setService(serviceWord).build(), watcher);
    return watcher;
  }

  @Test
  void more_instances_than_the_bound_are_refused_and_counted_but_renewals_are_not() {
    register(worker("a"), 5);
    register(worker("b"), 5);
    assertThatThrownBy(() -> register(worker("c"), 5))
        .hasMessage("RESOURCE_EXHAUSTED: 2 instances are registered (max-instances)");
    assertThatThrownBy(() -> register(worker("c").setService("other"), 5))
        .hasMessageContaining("RESOURCE_EXHAUSTED");
    assertThatCode(() -> register(worker("b"), 5)).doesNotThrowAnyException();
    assertThat(telemetry.prometheusText())
        .contains("weir_discovery_refused_total{what=\"registration\"} 2.0")
        .contains("weir_discovery_instances 2.0");
    var unused =
        stub.deregister(DeregisterRequest.newBuilder().setService("worker").setId("a").build());
    assertThatCode(() -> register(worker("c"), 5)).doesNotThrowAnyException();
  }

  @Test
  void more_watches_than_the_bound_are_refused_and_counted() {
    Watcher first = watch("worker", 10);
    watch("router", 10);
    Watcher third = watch("worker", 10);
    assertThat(third.ended.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(telemetry.prometheusText())
        .contains("weir_discovery_refused_total{what=\"watch\"} 1.0");
    first.leave();
    assertThat(service.watches()).isEqualTo(1);
    assertThat(watch("worker", 10).lists).hasSize(1);
  }

  @Test
  void what_is_out_of_range_is_refused_with_the_rule() {
    assertThatThrownBy(() -> register(worker("a").setPort(0), 5))
        .hasMessage("INVALID_ARGUMENT: port: 0 (expected: 1 to 65535)");
    assertThatThrownBy(() -> register(worker("a").setPort(-1), 5))
        .hasMessageContaining("INVALID_ARGUMENT: port");
    assertThatThrownBy(() -> register(worker("a").setHost(""), 5))
        .hasMessageContaining("INVALID_ARGUMENT: host");
    assertThatThrownBy(() -> register(worker(""), 5)).hasMessageContaining("INVALID_ARGUMENT: id");
    assertThatThrownBy(() -> register(worker("i".repeat(129)), 5))
        .hasMessageContaining("INVALID_ARGUMENT: id length: 129 (expected: 1 to 128)");
    assertThatThrownBy(() -> register(worker("a").putMetadata("a b", ""), 5))
        .hasMessageContaining("INVALID_ARGUMENT: metadata");
    assertThatThrownBy(() -> register(worker("a").putMetadata("a", "v".repeat(257)), 5))
        .hasMessageContaining("INVALID_ARGUMENT: metadata a");
    assertThatThrownBy(() -> register(worker("a"), 0))
        .hasMessage("INVALID_ARGUMENT: time_to_live: 0s (expected: 1s to 5m)");
    assertThatThrownBy(() -> register(worker("a"), Long.MIN_VALUE))
        .hasMessageContaining("INVALID_ARGUMENT: time_to_live");
    assertThat(watch("s".repeat(129), 1).ended.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(service.instances()).isZero();
  }

  @Test
  void a_client_that_does_not_read_gets_only_the_newest_list_when_it_reads_again() {
    Watcher slow = watch("worker", 1);
    assertThat(slow.lists).hasSize(1);
    register(worker("a"), 60);
    register(worker("b"), 60);
    var unused =
        stub.deregister(DeregisterRequest.newBuilder().setService("worker").setId("a").build());
    assertThat(slow.lists).hasSize(1);
    slow.ask();
    slow.ask();
    assertThat(slow.lists).hasSize(2);
    assertThat(slow.lastIds()).containsExactly("b");
  }

  @Test
  void lists_say_for_a_while_that_the_service_has_just_started() {
    Watcher watcher = watch("worker", 10);
    register(worker("a"), 60);
    assertThat(watcher.lists).allMatch(WatchResponse::getStarting);
    clock.advance(STARTING);
    assertThat(watcher.lists.getLast().getStarting()).isFalse();
    assertThat(watcher.lastIds()).containsExactly("a");
    assertThat(watch("router", 10).lists).noneMatch(WatchResponse::getStarting);
  }

  @Test
  void a_lease_ends_on_its_time_and_is_counted() {
    Watcher watcher = watch("worker", 100);
    register(worker("a"), 5);
    clock.advance(Duration.ofSeconds(3));
    register(worker("a"), 5);
    clock.advance(Duration.ofMillis(4_999));
    assertThat(watcher.lastIds()).containsExactly("a");
    clock.advance(Duration.ofMillis(1));
    assertThat(watcher.lastIds()).isEmpty();
    assertThat(telemetry.prometheusText()).contains("weir_discovery_expired_total 1.0");
  }

  @Test
  void a_shorter_lease_replaces_a_longer_one() {
    Watcher watcher = watch("worker", 100);
    register(worker("a"), 60);
    register(worker("a"), 2);
    clock.advance(Duration.ofSeconds(2));
    assertThat(watcher.lastIds()).isEmpty();
    assertThat(clock.pending()).isEqualTo(1);
  }

  @Test
  void nobody_is_gone_because_the_service_itself_stood_still() {
    Watcher watcher = watch("worker", 100);
    register(worker("a"), 5);
    skipping.skip(Duration.ofMinutes(1));
    clock.advance(Duration.ofSeconds(5));
    assertThat(watcher.lastIds()).containsExactly("a");
    clock.advance(Duration.ofSeconds(5));
    assertThat(watcher.lastIds()).isEmpty();
  }

  @Test
  void closing_ends_the_watches_and_takes_no_more() {
    Watcher watcher = watch("worker", 10);
    register(worker("a"), 5);
    service.close();
    assertThat(watcher.ended.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(watcher.lastIds()).containsExactly("a");
    assertThat(watch("worker", 10).ended.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThatThrownBy(() -> register(worker("a"), 5)).hasMessageContaining("UNAVAILABLE");
    assertThat(service.instances()).isZero();
  }

  @Test
  void deregistering_an_unknown_instance_is_no_error() {
    assertThatCode(() ->
            stub.deregister(DeregisterRequest.newBuilder().setService("nobody").setId("x").build()))
        .doesNotThrowAnyException();
  }
}

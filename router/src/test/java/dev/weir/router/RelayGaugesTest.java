package dev.weir.router;

import static dev.weir.router.RunningRouter.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.inference.ModelStreamInferResponse;
import dev.weir.router.relay.RelayConfig;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.netty.handler.codec.http2.Http2Error;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the relay holds, and that it says so. */
class RelayGaugesTest {
  private static final int COLLECTED_AT_MOST = 10_000;

  @TempDir Path data;

  @SuppressWarnings("NullAway.Init")
  private Mesh mesh;

  @BeforeEach
  void start() {
    var relay =
        new RelayConfig(1, 0, 0, COLLECTED_AT_MOST, 0, 1 << 20, 1, 100, Duration.ofSeconds(2));
    mesh = Mesh.relaying(relay, data, Snapshots.of(1, Snapshots.single("fraud", "1")), "fraud/1");
  }

  @AfterEach
  void stop() {
    mesh.close();
  }

  private double metric(String name) {
    return mesh.metric("weir_router_" + name);
  }

  private static ModelInferRequest ofSize(int bytes, boolean compressible) {
    var tensor = new byte[bytes];
    if (!compressible) {
      new Random(1).nextBytes(tensor);
    }
    return request("fraud").toBuilder().addRawInputContents(ByteString.copyFrom(tensor)).build();
  }

  private ModelInferResponse gzipped(ModelInferRequest request) {
    return mesh.router.client().withCompression("gzip").modelInfer(request);
  }

  private void assertRefused(ModelInferRequest request) {
    StatusRuntimeException refused =
        catchThrowableOfType(StatusRuntimeException.class, () -> gzipped(request));
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(refused.getStatus().getDescription()).contains("10000 bytes of compressed requests");
  }

  @Test
  void compressed_requests_are_collected_within_a_bound() {
    gzipped(ofSize(5_000, false));
    assertThat(metric("requests_not_collected_total")).isZero();

    assertRefused(ofSize(20_000, false));
    assertRefused(ofSize(20_000, true));
    assertThat(metric("requests_not_collected_total")).isEqualTo(2);

    gzipped(ofSize(5_000, false));
    assertThat(metric("collected_bytes")).isZero();
    // what is not compressed is not collected
    mesh.infer(ofSize(20_000, false));
  }

  @Test
  void calls_that_are_under_way_are_told_by_kind() throws Exception {
    var taken = new CountDownLatch(1);
    var finish = new CountDownLatch(1);
    mesh.worker(1).behaviour =
        (request, answer) -> {
          taken.countDown();
          finish.await();
          FakeWorker.echo(request, answer);
        };
    assertThat(mesh.metric("weir_router_calls_in_flight", "unary")).isZero();
    Future<ModelInferResponse> answer =
        GRPCInferenceServiceGrpc.newFutureStub(mesh.router.channel).modelInfer(request("fraud"));
    assertThat(taken.await(10, TimeUnit.SECONDS)).isTrue();
    StreamObserver<ModelInferRequest> stream =
        GRPCInferenceServiceGrpc.newStub(mesh.router.channel)
            .modelStreamInfer(
                new StreamObserver<ModelStreamInferResponse>() {
                  @Override
                  public void onNext(ModelStreamInferResponse value) {}

                  @Override
                  public void onError(Throwable t) {}

                  @Override
                  public void onCompleted() {}
                });
    awaitCalls("stream", 1);

    assertThat(mesh.metric("weir_router_calls_in_flight", "unary")).isEqualTo(1);
    assertThat(mesh.metric("weir_router_calls_in_flight", "other")).isZero();
    finish.countDown();
    stream.onCompleted();
    answer.get();
    awaitCalls("stream", 0);
    awaitCalls("unary", 0);
  }

  private void awaitCalls(String kind, int count) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> mesh.metric("weir_router_calls_in_flight", kind) == count);
  }

  @Test
  void all_that_connections_count_is_at_metrics_with_few_labels() {
    String metrics = mesh.router.metrics();

    for (String name :
        List.of(
            "http2_connections",
            "http2_connections_refused_total",
            "http2_streams_refused_total",
            "http2_stalls_total",
            "http2_waiting_bytes",
            "kept_bytes",
            "requests_not_kept_total",
            "collected_bytes")) {
      assertThat(metrics).containsPattern("(?m)^weir_router_" + name + " [0-9]");
    }
    long faults =
        metrics.lines().filter(line -> line.startsWith("weir_router_http2_faults_total{")).count();
    assertThat(faults).isEqualTo(Http2Error.values().length);
  }
}

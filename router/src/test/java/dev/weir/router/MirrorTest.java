package dev.weir.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import dev.weir.platform.grpc.MeshMetadata;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.monitor.v1.OutputDifference;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Mirror;
import dev.weir.proto.route.v1.Route;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies of requests for a shadow version, through a running router. */
class MirrorTest {
  private static final FakeWorker.Behaviour SILENT = (request, answer) -> {};

  @TempDir Path data;
  private Mesh mesh;

  @BeforeEach
  void start() {
    mesh =
        new Mesh(
            data,
            Snapshots.of(
                1,
                mirrored("fraud", "9", 5_000),
                mirrored("narrow", "9", 300),
                mirrored("absent", "8", 300)),
            "fraud/1",
            "fraud/9");
  }

  @AfterEach
  void stop() {
    mesh.close();
  }

  private static Route mirrored(String name, String shadow, int timeoutMillis) {
    return Route.newBuilder()
        .setName(name)
        .setGeneration(1)
        .addVariants(Snapshots.variant("live", "fraud", "1", 10_000, Arm.ARM_UNSPECIFIED))
        .setMirror(
            Mirror.newBuilder()
                .setModel("fraud")
                .setVersion(shadow)
                .setShareBasisPoints(10_000)
                .setMaxInFlight(2)
                .setMaxRequestBytes(100_000)
                .setTimeout(
                    Duration.newBuilder()
                        .setNanos(1_000_000 * (timeoutMillis % 1000))
                        .setSeconds(timeoutMillis / 1000)))
        .build();
  }

  private static ModelInferRequest request(String route, int bytes) {
    return ModelInferRequest.newBuilder()
        .setModelName(route)
        .setId("id-1")
        .addRawInputContents(ByteString.copyFrom(new byte[bytes]))
        .build();
  }

  private static FakeWorker.Behaviour scores(double... values) {
    ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      raw.putDouble(value);
    }
    return (request, answer) -> {
      ModelInferResponse.Builder response =
          FakeWorker.answerTo(request)
              .clearRawOutputContents()
              .addRawOutputContents(ByteString.copyFrom(raw.array()));
      response
          .addOutputsBuilder()
          .setName("scores")
          .setDatatype("FP64")
          .addShape(values.length / 2)
          .addShape(2);
      answer.onNext(response.build());
      answer.onCompleted();
    };
  }

  private MirrorPair pair() {
    Awaitility.await().until(() -> !mesh.monitor.pairs().isEmpty());
    return mesh.monitor.pairs().getFirst();
  }

  @Test
  void both_answers_to_one_request_are_compared_and_told_to_the_monitor() {
    mesh.worker(1).behaviour = scores(0.9, 0.1, 0.2, 0.8);
    mesh.worker(2).behaviour = scores(0.7, 0.3, 0.6, 0.4);

    Mesh.Answer answer = mesh.infer(request("fraud", 10));

    assertThat(answer.header(MeshMetadata.SERVED_VERSION)).isEqualTo("fraud/1");
    assertThat(answer.header(MeshMetadata.ATTEMPTS)).isEqualTo("1");
    MirrorPair pair = pair();
    assertThat(pair.getRoute()).isEqualTo("fraud");
    assertThat(pair.getRequestId()).isEqualTo("id-1");
    assertThat(pair.getPrimary().getVersion()).isEqualTo("1");
    assertThat(pair.getPrimary().getVariant()).isEqualTo("live");
    assertThat(pair.getShadow().getVersion()).isEqualTo("9");
    assertThat(pair.getPrimary().getLatencyNanos()).isPositive();
    assertThat(pair.getShadow().getLatencyNanos()).isPositive();
    assertThat(pair.getCompared()).isTrue();
    OutputDifference scores = pair.getOutputs(0);
    assertThat(scores.getRows()).isEqualTo(2);
    assertThat(scores.getRowsAgreeing()).isEqualTo(1);
    assertThat(scores.getMaxAbsoluteDifference()).isCloseTo(0.4, within(1e-12));
  }

  @Test
  void the_copy_is_the_same_request_for_the_shadow_version_and_no_unit() throws Exception {
    mesh.infer(request("fraud", 50_000), headers("tenant", "blue"));
    pair();

    FakeWorker.Seen original = mesh.worker(1).seen.getFirst();
    FakeWorker.Seen copy = mesh.worker(2).seen.getFirst();
    assertThat(copy.request().toBuilder().setModelVersion("1").build())
        .isEqualTo(original.request());
    assertThat(copy.request().getModelVersion()).isEqualTo("9");
    assertThat(copy.assignment().getMirrored()).isTrue();
    assertThat(original.assignment().getMirrored()).isFalse();
    assertThat(copy.assignment().getUnit()).isZero();
    assertThat(copy.headers().get(key("tenant"))).isEqualTo("blue");
    assertThat(copy.headers().get(MeshMetadata.REQUEST_ID)).isEqualTo("id-1");
    assertThat(copy.headers().get(key("traceparent")).substring(3, 35))
        .as("a trace of its own")
        .isNotEqualTo(original.headers().get(key("traceparent")).substring(3, 35));
    MirrorPair pair = pair();
    assertThat(pair.getShadow().getTraceId())
        .isEqualTo(copy.headers().get(key("traceparent")).substring(3, 35));
    List<OutcomeCell> cells = awaitCells();
    assertThat(cells).allSatisfy(c -> assertThat(c.getKey().getVersion()).isEqualTo("1"));
  }

  private List<OutcomeCell> awaitCells() {
    Awaitility.await().until(() -> !mesh.monitor.cells().isEmpty());
    return mesh.monitor.cells();
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private static Metadata headers(String name, String value) {
    var headers = new Metadata();
    headers.put(key(name), value);
    return headers;
  }

  @Test
  void a_shadow_that_fails_is_seen_by_the_monitor_alone() {
    mesh.worker(2).behaviour = FakeWorker.failing(Status.INTERNAL.withDescription("broken"));

    mesh.infer(request("fraud", 10));

    MirrorPair pair = pair();
    assertThat(pair.getPrimary().getStatus()).isEqualTo(Status.Code.OK.value());
    assertThat(pair.getShadow().getStatus()).isEqualTo(Status.Code.INTERNAL.value());
    assertThat(pair.getCompared()).isFalse();
    assertThat(mesh.worker(2).seen).as("never tried again").hasSize(1);
  }

  @Test
  void a_shadow_that_is_silent_is_cancelled_after_its_time_and_holds_up_nobody() throws Exception {
    mesh.worker(2).behaviour = SILENT;

    mesh.infer(request("narrow", 10));

    assertThat(mesh.monitor.pairs()).as("answered before the shadow's time is over").isEmpty();
    assertThat(pair().getShadow().getStatus()).isEqualTo(Status.Code.DEADLINE_EXCEEDED.value());
    mesh.worker(2).cancelled.await();
    assertThat(mesh.metric("weir_router_mirrored_total", "narrow", "late")).isEqualTo(1);
  }

  @Test
  void more_copies_than_may_be_in_flight_are_dropped_and_counted() {
    mesh.worker(2).behaviour = SILENT;

    for (int i = 0; i < 5; i++) {
      mesh.infer(request("fraud", 10));
    }

    assertThat(mesh.metric("weir_router_mirrored_total", "fraud", "too_many")).isEqualTo(3);
    Awaitility.await().until(() -> mesh.worker(2).seen.size() == 2);
  }

  @Test
  void too_long_requests_and_shadows_without_worker_are_counted() {
    mesh.infer(request("fraud", 200_000));
    mesh.infer(request("absent", 10));

    assertThat(mesh.metric("weir_router_mirrored_total", "fraud", "too_long")).isEqualTo(1);
    assertThat(mesh.metric("weir_router_mirrored_total", "absent", "no_worker")).isEqualTo(1);
    assertThat(mesh.worker(2).seen).isEmpty();
  }

  @Test
  void answers_that_are_not_held_are_told_of_without_a_comparison() {
    mesh.infer(request("fraud", 90_000));

    MirrorPair pair = pair();
    assertThat(pair.getShadow().getStatus()).isZero();
    assertThat(pair.getCompared()).isFalse();
  }

  @Test
  void the_copy_goes_on_when_the_client_has_gone() throws Exception {
    var answered = new CountDownLatch(1);
    mesh.worker(1).behaviour = SILENT;
    mesh.worker(2).behaviour =
        (request, answer) -> {
          answered.await();
          FakeWorker.echo(request, answer);
        };

    Status status = Status.fromThrowable(mesh.failureWithin(request("fraud", 10), 200));
    answered.countDown();

    assertThat(status.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    MirrorPair pair = pair();
    // the client's reset may come before the router's own time is over
    assertThat(pair.getPrimary().getStatus())
        .isIn(Status.Code.DEADLINE_EXCEEDED.value(), Status.Code.CANCELLED.value());
    assertThat(pair.getShadow().getStatus()).isZero();
  }
}

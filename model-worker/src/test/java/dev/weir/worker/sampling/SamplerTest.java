package dev.weir.worker.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.monitor.v1.IntakeServiceGrpc;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import dev.weir.proto.monitor.v1.ReportSamplesResponse;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.Signature;
import dev.weir.proto.route.v1.Assignment;
import dev.weir.worker.engine.VersionKey;
import dev.weir.worker.engine.Versions;
import dev.weir.worker.tensor.RawBytes;
import dev.weir.worker.tensor.RawTensor;
import dev.weir.worker.tensor.TensorSignature;
import dev.weir.worker.tensor.TensorType;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SamplerTest {
  private static final TensorSignature SIGNATURE =
      TensorSignature.of(
          Signature.newBuilder()
              .addInputs(Versions.spec("in", TensorType.FP32, List.of(-1L, 2L)))
              .addOutputs(Versions.spec("label", TensorType.INT64, List.of(-1L)))
              .addOutputs(Versions.spec("probabilities", TensorType.FP32, List.of(-1L, 2L)))
              .setClassOutput("label")
              .setProbabilityOutput("probabilities")
              .build());

  private final TestClock clock = new TestClock();
  private final List<ReportSamplesRequest> batches = new ArrayList<>();
  private Status monitor = Status.OK;
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void open() throws Exception {
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .addService(
                new IntakeServiceGrpc.IntakeServiceImplBase() {
                  @Override
                  public void reportSamples(
                      ReportSamplesRequest request,
                      StreamObserver<ReportSamplesResponse> observer) {
                    if (!monitor.isOk()) {
                      observer.onError(monitor.asRuntimeException());
                      return;
                    }
                    batches.add(request);
                    observer.onNext(ReportSamplesResponse.getDefaultInstance());
                    observer.onCompleted();
                  }
                })
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
  }

  @AfterEach
  void close() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  private Sampler sampler(double rate, int maxQueued, long maxBytes, int maxTensorBytes) {
    var sampler =
        new Sampler(
            new SamplingConfig(
                rate,
                maxQueued,
                maxBytes,
                Duration.ofMillis(200),
                10,
                maxTensorBytes,
                2,
                Duration.ofSeconds(1)),
            "worker-1",
            channel);
    sampler.start(clock);
    return sampler;
  }

  private static Prediction prediction(long unit) {
    var request = ModelInferRequest.newBuilder();
    Versions.add(
        request, "in", TensorType.FP32, List.of(3L, 2L), Versions.floats(1, 2, 3, 4, 5, 6));
    var response = ModelInferResponse.newBuilder();
    response.addOutputsBuilder().setName("label").setDatatype("INT64").addShape(3);
    response
        .addOutputsBuilder()
        .setName("probabilities")
        .setDatatype("FP32")
        .addShape(3)
        .addShape(2);
    response.addRawOutputContents(Versions.longs(1, -5, 0));
    response.addRawOutputContents(Versions.floats(0.25f, 0.75f, 0.5f, 0.5f, 1, 0));
    return new Prediction(
        "request-" + unit,
        Optional.of(Assignment.newBuilder().setUnit(unit).setRoute("r").build()),
        new VersionKey("test", "1"),
        SIGNATURE,
        Instant.parse("2026-01-01T00:00:00.5Z"),
        request.build(),
        response.build(),
        "0af7651916cd43dd8448eb211c80319c",
        1_234);
  }

  private List<Sample> sent() {
    return batches.stream().flatMap(batch -> batch.getSamplesList().stream()).toList();
  }

  @Test
  void a_sample_says_what_was_asked_and_answered_and_how_it_was_assigned() {
    Sampler sampler = sampler(1, 100, 1 << 20, 1 << 10);
    sampler.offer(prediction(7));
    assertThat(batches).isEmpty();
    clock.advance(Duration.ofMillis(200));
    assertThat(batches).hasSize(1);
    assertThat(batches.getFirst().getWorker()).isEqualTo("worker-1");
    Sample sample = sent().getFirst();
    assertThat(sample.getRequestId()).isEqualTo("request-7");
    assertThat(sample.getAssignment().getUnit()).isEqualTo(7);
    assertThat(sample.getModel()).isEqualTo("test");
    assertThat(sample.getVersion()).isEqualTo("1");
    assertThat(sample.getAt().getNanos()).isEqualTo(500_000_000);
    assertThat(sample.getTraceId()).hasSize(32);
    assertThat(sample.getWorkerNanos()).isEqualTo(1_234);
    assertThat(sample.getInputs(0).getRaw()).isEqualTo(Versions.floats(1, 2, 3, 4, 5, 6));
    assertThat(sample.getOutputsCount()).isEqualTo(2);
    // two of three rows: the bound
    assertThat(sample.getPredictedClassesList()).containsExactly("1", "-5");
    assertThat(sample.getConfidencesList()).containsExactly(0.75f, 0.5f);
    // of the first row alone
    assertThat(sample.getProbabilitiesList()).containsExactly(0.25f, 0.75f);
    assertThat(sample.getPredictedValuesCount()).isZero();
  }

  @Test
  void tensors_over_the_limit_are_left_out_and_classes_stay() {
    Sampler sampler = sampler(1, 100, 1 << 20, 8);
    sampler.offer(prediction(7));
    clock.advance(Duration.ofMillis(200));
    Sample sample = sent().getFirst();
    assertThat(sample.getInputsCount()).isZero();
    assertThat(sample.getOutputsCount()).isZero();
    assertThat(sample.getPredictedClassesList()).containsExactly("1", "-5");
  }

  @Test
  void what_does_not_fit_is_dropped_and_counted() {
    Sampler sampler = sampler(1, 15, 1 << 20, 1 << 10);
    for (int unit = 1; unit <= 20; unit++) {
      sampler.offer(prediction(unit));
    }
    assertThat(sampler.queued()).isEqualTo(15);
    assertThat(sampler.dropped()).isEqualTo(5);
    clock.advance(Duration.ofMillis(200));
    assertThat(batches).hasSize(2);
    assertThat(batches.getLast().getDroppedSamples()).isEqualTo(5);
    assertThat(sampler.sent()).isEqualTo(15);
  }

  @Test
  void bytes_that_wait_are_bounded_too() {
    Sampler sampler = sampler(1, 1_000, 1_024, 1 << 10);
    for (int unit = 1; unit <= 100; unit++) {
      sampler.offer(prediction(unit));
    }
    assertThat(sampler.queued()).isLessThan(20);
    assertThat(sampler.dropped() + sampler.queued()).isEqualTo(100);
  }

  @Test
  void a_monitor_that_is_away_costs_samples_and_nothing_else() {
    Sampler sampler = sampler(1, 100, 1 << 20, 1 << 10);
    monitor = Status.UNAVAILABLE;
    sampler.offer(prediction(1));
    clock.advance(Duration.ofMillis(200));
    assertThat(sampler.dropped()).isEqualTo(1);
    monitor = Status.OK;
    sampler.offer(prediction(2));
    clock.advance(Duration.ofMillis(200));
    assertThat(sent()).extracting(Sample::getRequestId).containsExactly("request-2");
    assertThat(batches.getFirst().getDroppedSamples()).isEqualTo(1);
  }

  @Test
  void the_unit_decides_and_nothing_else() {
    Sampler sampler = sampler(0.5, 1_000, 1 << 20, 1 << 10);
    for (int attempt = 0; attempt < 2; attempt++) {
      for (int unit = 1; unit <= 40; unit++) {
        sampler.offer(prediction(unit));
      }
    }
    clock.advance(Duration.ofMillis(200));
    List<Long> units = sent().stream().map(sample -> sample.getAssignment().getUnit()).toList();
    assertThat(units.size()).isBetween(20, 60);
    assertThat(units.subList(0, units.size() / 2))
        .isEqualTo(units.subList(units.size() / 2, units.size()));
  }

  @Test
  void closing_sends_what_waits() {
    Sampler sampler = sampler(1, 100, 1 << 20, 1 << 10);
    sampler.offer(prediction(1));
    sampler.close();
    assertThat(sent()).hasSize(1);
    assertThat(clock.pending()).isZero();
  }

  @Test
  void classes_have_one_text_form_per_type() {
    assertThat(classes(TensorType.BYTES, RawBytes.of(List.of(ByteString.copyFromUtf8("cat")))))
        .containsExactly("cat");
    assertThat(classes(TensorType.BOOL, ByteString.copyFrom(new byte[] {1}))).containsExactly("1");
    assertThat(classes(TensorType.UINT8, ByteString.copyFrom(new byte[] {-1})))
        .containsExactly("255");
    assertThat(classes(TensorType.INT32, ByteString.copyFrom(new byte[] {-1, -1, -1, -1})))
        .containsExactly("-1");
    assertThat(classes(TensorType.FP32, Versions.floats(1))).isEmpty();
  }

  private static List<String> classes(TensorType type, ByteString raw) {
    return SampleTensors.classes(new RawTensor("label", type, List.of(1L), raw), 10);
  }
}

package dev.weir.monitor.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weir.monitor.foreign.ForeignCalls;
import dev.weir.monitor.foreign.ForeignConfig;
import dev.weir.monitor.guardrail.EvidenceBook;
import dev.weir.monitor.guardrail.EvidenceConfig;
import dev.weir.monitor.guardrail.EvidenceListener;
import dev.weir.monitor.simulated.FakeSpans;
import dev.weir.platform.fuzz.Change;
import dev.weir.platform.fuzz.FuzzRun;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.ReportExposuresRequest;
import dev.weir.proto.monitor.v1.ReportFeedbackRequest;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Assignment;
import dev.weir.proto.route.v1.Verdict;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Damaged exports and reports: each is answered, and nothing grows over its bounds. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class IntakeFuzzTest {
  private static final int CASES = 8_000;
  private static final long MOST_BYTES = 32 << 20;

  private final TestClock clock = new TestClock();
  private final IntakeCounts counts = new IntakeCounts();
  private final ServicesHeard heard = new ServicesHeard();

  /** Takes one answer. */
  private static KeyValue.Builder attribute(String key, String value) {
    return KeyValue.newBuilder().setKey(key).setValue(AnyValue.newBuilder().setStringValue(value));
  }

  @Test
  void damaged_traces() {
    var traces = new TraceStore(IntakeConfig.defaults(), counts);
    var foreign = new ForeignCalls(ForeignConfig.defaults(), counts, clock);
    var receiver = new TraceReceiver(traces, heard, foreign, counts, clock);
    var book =
        new EvidenceBook(
            EvidenceConfig.defaults(),
            IntakeConfig.defaults(),
            counts,
            clock,
            new EvidenceListener() {
              @Override
              public void slice(OutcomeSlice slice) {}

              @Override
              public void samples(List<Sample> slice) {}

              @Override
              public void decided(Verdict verdict) {}
            });
    ExportTraceServiceRequest.Builder valid =
        FakeSpans.of(
            "0123456789abcdef0123456789abcdef",
            "canary",
            1_767_225_600_000_000_000L,
            5_000_000,
            true)
            .toBuilder();
    valid.getResourceSpansBuilder(1).getResourceBuilder().clearAttributes();
    for (Span.Builder span :
        valid.getResourceSpansBuilder(1).getScopeSpansBuilder(0).getSpansBuilderList()) {
      span.setKind(Span.SpanKind.SPAN_KIND_SERVER)
          .addAttributes(attribute("rpc.method", "a.B/C"))
          .addAttributes(attribute("weir.route", "r"))
          .addAttributes(attribute("weir.arm", "ARM_CANARY"))
          .addAttributes(attribute("weir.rollout", "x"))
          .addAttributes(attribute("weir.canary_probability", "0.5"))
          .addAttributes(attribute("http.response.status_code", "503"))
          .addAttributes(
              KeyValue.newBuilder()
                  .setKey("list")
                  .setValue(
                      AnyValue.newBuilder()
                          .setArrayValue(
                              ArrayValue.newBuilder()
                                  .addValues(AnyValue.newBuilder().setIntValue(1)))));
    }
    byte[] bytes = valid.build().toByteArray();
    FuzzRun.bounded(
        "traces",
        CASES,
        MOST_BYTES,
        seed -> {
          try {
            var request =
                ExportTraceServiceRequest.parseFrom(Change.some(bytes, new SplittableRandom(seed)));
            var answer =
                new Answers<io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse>();
            receiver.export(request, answer);
            assertThat(answer.values).hasSize(1);
          } catch (InvalidProtocolBufferException noMessage) {
            return;
          }
          clock.advance(Duration.ofMillis(500));
          foreign.close(book);
        });
    assertThat(traces.size()).isLessThanOrEqualTo(IntakeConfig.defaults().maxTraces());
    assertThat(counts.of(IntakeEvent.FOREIGN_CALLS)).isPositive();
    assertThat(counts.of(IntakeEvent.SLICES_REFUSED)).isZero();
  }

  @Test
  void damaged_metrics() {
    var units =
        new BusinessUnits(
            IntakeConfig.defaults(), new BusinessMemory(IntakeConfig.defaults()), counts, v -> {});
    var means = new BusinessBoard();
    var receiver =
        new MetricReceiver(
            new MetricBoard(IntakeConfig.defaults(), counts),
            heard,
            BusinessDoor.into(means, units),
            100,
            counts,
            clock);
    var valid = ExportMetricsServiceRequest.newBuilder();
    var scope = valid.addResourceMetricsBuilder().addScopeMetricsBuilder();
    var about =
        List.of(
            attribute("weir.route", "r").build(),
            attribute("weir.variant", "v").build(),
            attribute("weir.unit", "ff").build(),
            attribute("weir.arm", "CANARY").build(),
            attribute("weir.canary_probability", "0.5").build(),
            attribute("weir.rollout", "x").build());
    scope
        .addMetricsBuilder()
        .setName("sum")
        .getSumBuilder()
        .setIsMonotonic(true)
        .setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
        .addDataPoints(NumberDataPoint.newBuilder().setAsDouble(2).addAllAttributes(about));
    scope
        .addMetricsBuilder()
        .setName("histogram")
        .getHistogramBuilder()
        .setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA)
        .addDataPoints(
            HistogramDataPoint.newBuilder().setCount(2).setSum(4).addAllAttributes(about));
    scope
        .addMetricsBuilder()
        .setName("exponential")
        .getExponentialHistogramBuilder()
        .setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
        .addDataPoints(
            ExponentialHistogramDataPoint.newBuilder().setCount(2).addAllAttributes(about));
    byte[] bytes = valid.build().toByteArray();
    FuzzRun.bounded(
        "metrics",
        CASES,
        MOST_BYTES,
        seed -> {
          try {
            receiver.export(
                ExportMetricsServiceRequest.parseFrom(
                    Change.some(bytes, new SplittableRandom(seed))),
                new Answers<>());
          } catch (InvalidProtocolBufferException noMessage) {
            return;
          }
          means.lines().forEach(line -> assertThat(line.mean()).isNotNaN());
        });
  }

  @Test
  void damaged_logs() {
    var board = new LogBoard(IntakeConfig.defaults(), counts);
    var receiver = new LogReceiver(board, heard, counts, clock);
    var valid = ExportLogsServiceRequest.newBuilder();
    valid
        .addResourceLogsBuilder()
        .addScopeLogsBuilder()
        .addLogRecords(
            LogRecord.newBuilder()
                .setSeverityNumber(SeverityNumber.SEVERITY_NUMBER_ERROR)
                .setBody(AnyValue.newBuilder().setStringValue("it failed"))
                .setTraceId(ByteString.copyFrom(new byte[16]))
                .setSpanId(ByteString.copyFrom(new byte[8]))
                .setTimeUnixNano(1));
    byte[] bytes = valid.build().toByteArray();
    FuzzRun.bounded(
        "logs",
        CASES,
        MOST_BYTES,
        seed -> {
          try {
            receiver.export(
                ExportLogsServiceRequest.parseFrom(Change.some(bytes, new SplittableRandom(seed))),
                new Answers<>());
          } catch (InvalidProtocolBufferException noMessage) {
            assertThat(noMessage).isNotNull();
          }
        });
  }

  @Test
  void damaged_labels_and_exposures() {
    var join =
        new FeedbackJoin(
            IntakeConfig.defaults(), counts, new FeedbackLog(), sample -> sample, found -> {});
    var exposures = new ExposureBoard(counts, new SaidDropped(10));
    byte[] feedback =
        ReportFeedbackRequest.newBuilder()
            .addFeedback(
                Feedback.newBuilder().setRequestId("a").addTrueClasses("1").addTrueValues(2))
            .build()
            .toByteArray();
    byte[] sample =
        Sample.newBuilder()
            .setRequestId("a")
            .setAssignment(Assignment.newBuilder().setRoute("r").setVariant("v"))
            .addPredictedClasses("1")
            .addPredictedValues(3)
            .build()
            .toByteArray();
    FuzzRun.bounded(
        "labels",
        CASES,
        MOST_BYTES,
        seed -> {
          var random = new SplittableRandom(seed);
          try {
            join.takePredictions(List.of(Sample.parseFrom(Change.some(sample, random))));
            join.takeLabels(
                ReportFeedbackRequest.parseFrom(Change.some(feedback, random)).getFeedbackList());
            exposures.take(ReportExposuresRequest.parseFrom(Change.some(feedback, random)));
          } catch (InvalidProtocolBufferException noMessage) {
            assertThat(noMessage).isNotNull();
          }
        });
  }

  @Test
  void damaged_entries_of_the_labels_log() {
    List<byte[]> entries =
        List.of(
            new FeedbackEntry.Predicted(
                    Sample.newBuilder().setRequestId("a").addPredictedClasses("1").build())
                .toBytes(),
            new FeedbackEntry.Labelled(Feedback.newBuilder().setRequestId("a").build()).toBytes(),
            new FeedbackEntry.Joined("a").toBytes(),
            new FeedbackEntry.Counted(new VariantKey("r", "v", "1"), new Accuracy(3, 2)).toBytes());
    FuzzRun.bounded(
        "labels log",
        CASES,
        MOST_BYTES,
        seed -> {
          var random = new SplittableRandom(seed);
          try {
            FeedbackEntry.of(Change.some(entries.get(random.nextInt(entries.size())), random))
                .toBytes();
          } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageMatching("(?s).{5,}");
          }
        });
  }

  @Test
  void damaged_memories_of_an_image() throws IOException {
    var memory = new BusinessMemory(IntakeConfig.defaults());
    for (int unit = 1; unit < 50; unit++) {
      memory.offer("r" + unit % 3, "revenue", unit);
    }
    var slicer = new SampleSlicer(IntakeConfig.defaults(), counts);
    var ledger = new RouterLedger(10, counts);
    ledger.enter("router", 7);
    slicer.take("w", List.of(Sample.getDefaultInstance()), 0, 0);
    interface Written {
      void to(DataOutputStream out) throws IOException;
    }
    interface Read {
      void from(DataInputStream in) throws IOException;
    }
    Map<Written, Read> parts =
        Map.of(
            memory::writeTo,
            in -> new BusinessMemory(IntakeConfig.defaults()).readFrom(in),
            slicer::writeTo,
            in -> new SampleSlicer(IntakeConfig.defaults(), counts).readFrom(in),
            ledger::writeTo,
            in -> new RouterLedger(10, counts).readFrom(in));
    for (var part : parts.entrySet()) {
      var bytes = new ByteArrayOutputStream();
      part.getKey().to(new DataOutputStream(bytes));
      FuzzRun.bounded(
          "memory",
          3_000,
          MOST_BYTES,
          seed -> {
            byte[] damaged = Change.some(bytes.toByteArray(), new SplittableRandom(seed));
            try {
              part.getValue().from(new DataInputStream(new ByteArrayInputStream(damaged)));
            } catch (IOException | IllegalArgumentException refused) {
              assertThat(refused).isNotNull();
            }
          });
    }
  }
}

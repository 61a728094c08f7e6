package dev.weir.monitor.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import io.opentelemetry.proto.resource.v1.Resource;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class LogReceiverTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final int KEPT = IntakeConfig.defaults().maxLogsPerService();

  private final IntakeCounts counts = new IntakeCounts();
  private final LogBoard board = new LogBoard(IntakeConfig.defaults(), counts);
  private final LogReceiver receiver =
      new LogReceiver(board, new ServicesHeard(), counts, new TestClock());

  private static LogRecord.Builder error(long atMillis, String text) {
    return LogRecord.newBuilder()
        .setTimeUnixNano(atMillis * 1_000_000)
        .setSeverityNumber(SeverityNumber.SEVERITY_NUMBER_ERROR)
        .setBody(AnyValue.newBuilder().setStringValue(text));
  }

  private static ExportLogsServiceRequest export(String service, List<LogRecord> records) {
    return ExportLogsServiceRequest.newBuilder()
        .addResourceLogs(
            ResourceLogs.newBuilder()
                .setResource(
                    Resource.newBuilder()
                        .addAttributes(
                            KeyValue.newBuilder()
                                .setKey("service.name")
                                .setValue(AnyValue.newBuilder().setStringValue(service))))
                .addScopeLogs(ScopeLogs.newBuilder().addAllLogRecords(records)))
        .build();
  }

  private void send(String service, LogRecord.Builder... records) {
    send(export(service, List.of(records).stream().map(LogRecord.Builder::build).toList()));
  }

  private void send(ExportLogsServiceRequest request) {
    var answers = new Answers<ExportLogsServiceResponse>();
    receiver.export(request, answers);
    assertThat(answers.values).hasSize(1);
  }

  @Test
  void an_error_is_found_by_the_trace_that_it_happened_in() {
    send(
        "shop",
        error(1, "out of stock").setTraceId(ByteString.fromHex(TRACE)),
        error(2, "elsewhere"));
    List<StoredLog> found = board.find("", TRACE, 10);
    assertThat(found).hasSize(1);
    assertThat(found.getFirst().body()).isEqualTo("out of stock");
    assertThat(found.getFirst().service()).isEqualTo("shop");
    assertThat(found.getFirst().atMillis()).isEqualTo(1);
  }

  @Test
  void what_is_no_error_is_passed_over_and_counted() {
    send("shop", error(1, "so so").setSeverityNumber(SeverityNumber.SEVERITY_NUMBER_WARN4));
    assertThat(board.find("", "", 10)).isEmpty();
    assertThat(counts.of(IntakeEvent.LOGS_PASSED_OVER)).isEqualTo(1);
  }

  @Test
  void records_with_odd_ids_or_severities_are_refused_and_counted() {
    send(
        "shop",
        error(1, "x").setTraceId(ByteString.copyFromUtf8("short")),
        error(1, "x").setSpanId(ByteString.copyFromUtf8("much too long")),
        error(1, "x").setSeverityNumberValue(25),
        error(1, "x").setSeverityNumberValue(-1));
    assertThat(board.find("", "", 10)).isEmpty();
    assertThat(counts.of(IntakeEvent.LOGS_REFUSED)).isEqualTo(4);
  }

  @Test
  void a_service_that_writes_many_leaves_room_for_the_others() {
    send("quiet", error(1, "the one that matters"));
    for (int i = 0; i < 10 * KEPT; i++) {
      send("loud", error(10 + i, "again"));
    }
    assertThat(board.find("loud", "", 10 * KEPT)).hasSize(KEPT);
    assertThat(board.find("loud", "", 1).getFirst().atMillis()).isEqualTo(10 + 10 * KEPT - 1);
    assertThat(board.find("quiet", "", 10)).hasSize(1);
    assertThat(counts.of(IntakeEvent.LOGS_FORGOTTEN)).isEqualTo(9L * KEPT);
  }

  @Test
  void services_are_bounded_too_and_long_texts_are_cut() {
    for (int i = 0; i < 100; i++) {
      send("service-" + i, error(i, "x".repeat(10_000)));
    }
    List<StoredLog> all = board.find("", "", 1_000);
    assertThat(all).hasSize(64).allMatch(log -> log.body().length() == 1_024);
  }

  @Test
  void exports_with_bytes_changed_are_refused_by_their_form_or_taken_and_counted() {
    RandomGenerator random = Randomness.seeded(5);
    byte[] good =
        export("shop", List.of(error(1, "x").setTraceId(ByteString.fromHex(TRACE)).build()))
            .toByteArray();
    long parsed = 0;
    for (int round = 0; round < 5_000; round++) {
      byte[] bytes = good.clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        var request = ExportLogsServiceRequest.parseFrom(bytes);
        parsed +=
            request.getResourceLogsList().stream()
                .flatMap(resource -> resource.getScopeLogsList().stream())
                .mapToLong(ScopeLogs::getLogRecordsCount)
                .sum();
        send(request);
      } catch (InvalidProtocolBufferException expected) {
        // refused before it gets here
      }
    }
    assertThat(
            counts.of(IntakeEvent.LOGS)
                + counts.of(IntakeEvent.LOGS_REFUSED)
                + counts.of(IntakeEvent.LOGS_PASSED_OVER))
        .isEqualTo(parsed)
        .isPositive();
  }
}

package dev.weir.monitor.intake;

import dev.weir.platform.time.Clock;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.logs.v1.LogsServiceGrpc;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import java.util.List;

/** Takes logs over OTLP/gRPC and keeps the errors. */
public final class LogReceiver extends LogsServiceGrpc.LogsServiceImplBase {
  private static final int MAX_BODY = 1_024;
  private static final long NANOS_IN_MILLI = 1_000_000;

  private final LogBoard board;
  private final ServicesHeard services;
  private final IntakeCounts counts;
  private final Clock clock;

  /** Puts errors on {@code board} and their senders into {@code services}. */
  public LogReceiver(LogBoard board, ServicesHeard services, IntakeCounts counts, Clock clock) {
    this.board = board;
    this.services = services;
    this.counts = counts;
    this.clock = clock;
  }

  @Override
  public void export(
      ExportLogsServiceRequest request, StreamObserver<ExportLogsServiceResponse> responses) {
    for (ResourceLogs resource : request.getResourceLogsList()) {
      List<KeyValue> attributes = resource.getResource().getAttributesList();
      String service = OtlpAttributes.valueOf(attributes, "service.name");
      String instance = OtlpAttributes.valueOf(attributes, "service.instance.id");
      services.heard(service, instance, clock.now());
      for (ScopeLogs scope : resource.getScopeLogsList()) {
        scope.getLogRecordsList().forEach(record -> take(service, instance, record));
      }
    }
    responses.onNext(ExportLogsServiceResponse.getDefaultInstance());
    responses.onCompleted();
  }

  private void take(String service, String instance, LogRecord record) {
    int severity = record.getSeverityNumberValue();
    if (hasOddId(record.getTraceId().size(), 16)
        || hasOddId(record.getSpanId().size(), 8)
        || severity < 0
        || severity > SeverityNumber.SEVERITY_NUMBER_FATAL4_VALUE) {
      counts.add(IntakeEvent.LOGS_REFUSED);
      return;
    }
    if (severity < SeverityNumber.SEVERITY_NUMBER_ERROR_VALUE) {
      counts.add(IntakeEvent.LOGS_PASSED_OVER);
      return;
    }
    board.add(
        new StoredLog(
            service,
            instance,
            atMillis(record),
            severity,
            OtlpAttributes.text(record.getBody(), MAX_BODY),
            OtlpAttributes.hex(record.getTraceId()),
            OtlpAttributes.hex(record.getSpanId()),
            OtlpAttributes.of(record.getAttributesList())));
  }

  private static boolean hasOddId(int bytes, int wanted) {
    return bytes != 0 && bytes != wanted;
  }

  private long atMillis(LogRecord record) {
    long nanos =
        record.getTimeUnixNano() == 0 ? record.getObservedTimeUnixNano() : record.getTimeUnixNano();
    return nanos == 0 ? clock.now().toEpochMilli() : Long.divideUnsigned(nanos, NANOS_IN_MILLI);
  }
}

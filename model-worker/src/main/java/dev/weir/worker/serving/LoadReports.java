package dev.weir.worker.serving;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.weir.platform.time.Clock;
import dev.weir.worker.admission.Room;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;

/**
 * Tells callers with each answer how busy the worker is: a load report in the form that ORCA has
 * for it ({@code xds.data.orca.v3.OrcaLoadReport}, in the trailer {@code
 * endpoint-load-metrics-bin}), so that routers that do not know of each other balance by the same
 * number. Thread-safe; a report is made at most ten times a second.
 *
 * <pre>
 *   1  cpu_utilization          share of the processors in use, 0 to 1
 *   6  rps_fractional           calls answered per second, over the time since the report before
 *   9  application_utilization  requests that are in or wait / requests at a time; over 1: some wait
 * </pre>
 */
public final class LoadReports implements ServerInterceptor {
  static final Metadata.Key<byte[]> TRAILER =
      Metadata.Key.of("endpoint-load-metrics-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private static final long HOLDS_NANOS = Duration.ofMillis(100).toNanos();

  /** Nothing to do, said so that it is not taken for nothing said: that is what 0 means in ORCA. */
  private static final double IDLE = 0.001;

  private static final int CPU_UTILIZATION = 1;
  private static final int RPS_FRACTIONAL = 6;
  private static final int APPLICATION_UTILIZATION = 9;

  private final Room room;
  private final DoubleSupplier processors;
  private final Clock clock;
  private final AtomicLong nextNanos;
  private final LongAdder answered = new LongAdder();
  private volatile Report report;

  /**
   * A report and what the next one counts from.
   *
   * @param answered calls that were answered until then
   */
  private record Report(byte[] bytes, long answered, long atNanos) {}

  /**
   * @param room whose requests count
   * @param processors share of the processors in use, 0 to 1; negative: not known
   */
  public LoadReports(Room room, DoubleSupplier processors, Clock clock) {
    this.room = room;
    this.processors = processors;
    this.clock = clock;
    long now = clock.nanoTime();
    this.nextNanos = new AtomicLong(now + HOLDS_NANOS);
    this.report = make(0, 0, now);
  }

  private Report make(long sum, double perSecond, long now) {
    ByteString.Output bytes = ByteString.newOutput();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      double busy = processors.getAsDouble();
      if (busy > 0) {
        out.writeDouble(CPU_UTILIZATION, busy);
      }
      if (perSecond > 0) {
        out.writeDouble(RPS_FRACTIONAL, perSecond);
      }
      double asked = room.inFlight() + room.waiting();
      out.writeDouble(APPLICATION_UTILIZATION, Math.max(IDLE, asked / room.capacity()));
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("a memory buffer cannot fail", e);
    }
    return new Report(bytes.toByteString().toByteArray(), sum, now);
  }

  /** The report in force. */
  byte[] current() {
    long now = clock.nanoTime();
    long next = nextNanos.get();
    if (now - next >= 0 && nextNanos.compareAndSet(next, now + HOLDS_NANOS)) {
      Report before = report;
      long sum = answered.sum();
      double seconds = (now - before.atNanos()) / 1e9;
      report = make(sum, (sum - before.answered()) / seconds, now);
    }
    return report.bytes();
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            answered.increment();
            trailers.put(TRAILER, current());
            super.close(status, trailers);
          }
        },
        headers);
  }
}

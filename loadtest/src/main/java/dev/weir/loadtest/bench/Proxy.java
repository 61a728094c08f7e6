package dev.weir.loadtest.bench;

import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.ModelInferRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One way from the load to the upstream.
 *
 * @param name name in the results
 * @param address where the load goes
 * @param process the proxy; null when there is none in between
 */
record Proxy(String name, HostAndPort address, @Nullable StartedProcess process)
    implements AutoCloseable {
  private static final int START_TRIES = 600;
  private static final long TRY_MILLIS = 100;

  /** Processor time used so far, microseconds; 0 for none. */
  long cpuMicros() {
    return process == null ? 0 : ProcessTree.cpuMicros(process.process().toHandle());
  }

  /** The part of it in which a JVM compiled, microseconds. */
  long compilerMicros() {
    return process == null ? 0 : ProcessTree.compilerMicros(process.process().toHandle());
  }

  /** Memory resident now, bytes; 0 for none. */
  long residentBytes() {
    return process == null ? 0 : ProcessTree.residentBytes(process.process().toHandle());
  }

  /** Waits, at most a minute, until a real gRPC client gets an answer through it. */
  void awaitServing(ModelInferRequest request) throws InterruptedException {
    Status last = Status.UNKNOWN;
    try (GrpcChannel channel = GrpcChannel.to(address, List.of())) {
      for (int i = 0; i < START_TRIES; i++) {
        try {
          GRPCInferenceServiceGrpc.newBlockingStub(channel.channel())
              .withDeadlineAfter(1, TimeUnit.SECONDS)
              .modelInfer(request);
          return;
        } catch (StatusRuntimeException e) {
          last = e.getStatus();
          channel.resetBackoff();
        }
        if (process != null) {
          process.waitAlive(TRY_MILLIS);
        }
      }
    }
    String what = "does not answer (" + last + ")";
    throw process == null ? new IllegalStateException(name + " " + what) : process.failure(what);
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }
}

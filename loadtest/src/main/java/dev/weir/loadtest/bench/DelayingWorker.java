package dev.weir.loadtest.bench;

import dev.weir.platform.error.Check;
import dev.weir.platform.grpc.GrpcListenConfig;
import dev.weir.platform.grpc.GrpcServer;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.worker.v1.WatchStatusRequest;
import dev.weir.proto.worker.v1.WorkerServiceGrpc;
import dev.weir.proto.worker.v1.WorkerStatus;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;

/**
 * A worker that answers each request after a random time, between half and one and a half of a
 * mean. Requests do not wait for each other.
 */
final class DelayingWorker implements AutoCloseable {
  private static final Duration SIGN_OF_LIFE = Duration.ofMillis(500);

  private final String name;
  private final long meanNanos;
  private final Scheduler scheduler;
  private final RandomGenerator seeds;
  private final LongAdder answered = new LongAdder();
  private final GrpcServer server;

  /** Starts on a free loopback port. */
  DelayingWorker(String name, Duration mean, Scheduler scheduler, long seed) {
    this.name = name;
    this.meanNanos =
        Check.inRange("mean", mean, Duration.ofMillis(1), Duration.ofSeconds(10)).toNanos();
    this.scheduler = scheduler;
    this.seeds = Randomness.seeded(seed);
    this.server =
        GrpcServer.start(
            name,
            GrpcListenConfig.onLoopback(0),
            new GrpcServer.Services(List.of(new Inference(), new Status()), List.of(), null, true));
  }

  int port() {
    return server.port();
  }

  /** Requests answered so far. */
  long answered() {
    return answered.sum();
  }

  private synchronized Duration delay() {
    return Duration.ofNanos(meanNanos / 2 + seeds.nextLong(meanNanos));
  }

  private final class Inference extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
    @Override
    public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> answer) {
      var call = (ServerCallStreamObserver<ModelInferResponse>) answer;
      call.setOnCancelHandler(() -> {});
      scheduler.after(
          delay(),
          () -> {
            answered.increment();
            call.onNext(
                ModelInferResponse.newBuilder()
                    .setModelName(request.getModelName())
                    .setModelVersion(request.getModelVersion())
                    .setId(request.getId())
                    .build());
            call.onCompleted();
          });
    }
  }

  private final class Status extends WorkerServiceGrpc.WorkerServiceImplBase {
    @Override
    public void watchStatus(WatchStatusRequest request, StreamObserver<WorkerStatus> watcher) {
      var call = (ServerCallStreamObserver<WorkerStatus>) watcher;
      WorkerStatus status = BenchSnapshot.worker(name, server.port());
      call.onNext(status);
      Scheduler.Cancellable alive = scheduler.every(SIGN_OF_LIFE, () -> call.onNext(status));
      call.setOnCancelHandler(alive::cancel);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}

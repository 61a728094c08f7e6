package dev.weir.router;

import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.grpc.MeshMetadata;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.inference.ModelStatistics;
import dev.weir.proto.inference.ModelStatisticsRequest;
import dev.weir.proto.inference.ModelStatisticsResponse;
import dev.weir.proto.inference.ModelStreamInferResponse;
import dev.weir.proto.route.v1.Assignment;
import dev.weir.proto.worker.v1.VersionState;
import dev.weir.proto.worker.v1.VersionStatus;
import dev.weir.proto.worker.v1.WatchStatusRequest;
import dev.weir.proto.worker.v1.WorkerServiceGrpc;
import dev.weir.proto.worker.v1.WorkerState;
import dev.weir.proto.worker.v1.WorkerStatus;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A worker on loopback that answers as a test tells it, and remembers what it was asked. */
final class FakeWorker implements AutoCloseable {
  private static final Context.Key<Metadata> HEADERS = Context.key("headers");

  /** How it answers ModelInfer. */
  @FunctionalInterface
  interface Behaviour {
    /** Answers, fails or keeps silent. */
    void infer(ModelInferRequest request, StreamObserver<ModelInferResponse> answer)
        throws Exception;
  }

  /** What one call brought. */
  record Seen(ModelInferRequest request, Metadata headers, Optional<Deadline> deadline) {
    Assignment assignment() {
      try {
        return Assignment.parseFrom(headers.get(MeshMetadata.ASSIGNMENT));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  final String id;
  final List<Seen> seen = new CopyOnWriteArrayList<>();
  final List<ModelInferRequest> streamed = new CopyOnWriteArrayList<>();
  final CountDownLatch cancelled = new CountDownLatch(1);
  private final List<StreamObserver<WorkerStatus>> watchers = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Server server;
  private final HostAndPort address;
  private volatile WorkerStatus status = WorkerStatus.getDefaultInstance();
  volatile Behaviour behaviour = (request, answer) -> echo(request, answer);
  volatile boolean answersStreams = true;
  volatile boolean readsStreams = true;
  final List<Metadata> streamHeaders = new CopyOnWriteArrayList<>();
  private final List<ServerCallStreamObserver<?>> unread = new CopyOnWriteArrayList<>();

  FakeWorker(String id, String... versions) {
    this(InsecureServerCredentials.create(), id, versions);
  }

  FakeWorker(ServerCredentials credentials, String id, String... versions) {
    this.id = id;
    ready(versions);
    try {
      server =
          NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0), credentials)
              .executor(threads)
              .maxInboundMessageSize(64 << 20)
              .intercept(new RememberHeaders())
              .addService(new Inference())
              .addService(new StatusService())
              .build()
              .start();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    address = new HostAndPort("127.0.0.1", server.getPort());
  }

  HostAndPort address() {
    return address;
  }

  /** READY with these versions, each "model/version". */
  void ready(String... versions) {
    say(WorkerState.READY, versions);
  }

  void say(WorkerState state, String... versions) {
    WorkerStatus.Builder next = WorkerStatus.newBuilder().setInstance(id).setState(state);
    for (String version : versions) {
      int slash = version.indexOf('/');
      next.addVersions(
          VersionStatus.newBuilder()
              .setModel(version.substring(0, slash))
              .setVersion(version.substring(slash + 1))
              .setState(VersionState.AVAILABLE));
    }
    status = next.build();
    watchers.forEach(w -> {
      synchronized (w) {
        w.onNext(status);
      }
    });
  }

  /** Reads the streams that it did not read. */
  void readStreams() {
    unread.forEach(stream -> stream.request(Integer.MAX_VALUE));
  }

  static ModelInferResponse.Builder answerTo(ModelInferRequest request) {
    return ModelInferResponse.newBuilder()
        .setModelName(request.getModelName())
        .setModelVersion(request.getModelVersion())
        .setId(request.getId())
        .addAllRawOutputContents(request.getRawInputContentsList());
  }

  static void echo(ModelInferRequest request, StreamObserver<ModelInferResponse> answer) {
    answer.onNext(answerTo(request).build());
    answer.onCompleted();
  }

  static Behaviour failing(Status status) {
    return (request, answer) -> answer.onError(status.asException());
  }

  /** Breaks all connections, as a process does that is killed. */
  void kill() {
    server.shutdownNow();
    try {
      server.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    kill();
    threads.shutdownNow();
  }

  private static final class RememberHeaders implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      return io.grpc.Contexts.interceptCall(
          Context.current().withValue(HEADERS, headers), call, headers, next);
    }
  }

  private final class Inference extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
    @Override
    public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> answer) {
      seen.add(
          new Seen(request, HEADERS.get(), Optional.ofNullable(Context.current().getDeadline())));
      Context.current().addListener(c -> cancelled.countDown(), Runnable::run);
      try {
        behaviour.infer(request, answer);
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public StreamObserver<ModelInferRequest> modelStreamInfer(
        StreamObserver<ModelStreamInferResponse> answers) {
      streamHeaders.add(HEADERS.get());
      if (!readsStreams) {
        var stream = (ServerCallStreamObserver<?>) answers;
        stream.disableAutoRequest();
        unread.add(stream);
      }
      return new StreamObserver<>() {
        @Override
        public void onNext(ModelInferRequest request) {
          streamed.add(request);
          if (answersStreams) {
            answers.onNext(
                ModelStreamInferResponse.newBuilder().setInferResponse(answerTo(request)).build());
          }
        }

        @Override
        public void onError(Throwable t) {
          cancelled.countDown();
        }

        @Override
        public void onCompleted() {
          answers.onCompleted();
        }
      };
    }

    @Override
    public void modelStatistics(
        ModelStatisticsRequest request, StreamObserver<ModelStatisticsResponse> answer) {
      answer.onNext(
          ModelStatisticsResponse.newBuilder()
              .addModelStats(
                  ModelStatistics.newBuilder()
                      .setName(request.getName())
                      .setVersion(request.getVersion())
                      .setInferenceCount(seen.size()))
              .build());
      answer.onCompleted();
    }
  }

  private final class StatusService extends WorkerServiceGrpc.WorkerServiceImplBase {
    @Override
    public void watchStatus(WatchStatusRequest request, StreamObserver<WorkerStatus> answers) {
      synchronized (answers) {
        answers.onNext(status);
      }
      watchers.add(answers);
    }
  }
}

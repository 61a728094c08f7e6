package dev.weir.worker;

import dev.weir.platform.grpc.GrpcListenConfig;
import dev.weir.platform.grpc.GrpcServer;
import dev.weir.proto.monitor.v1.IntakeServiceGrpc;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import dev.weir.proto.monitor.v1.ReportSamplesResponse;
import dev.weir.proto.monitor.v1.Sample;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A monitor that keeps the samples it gets, on a real port. */
public final class FakeMonitor implements AutoCloseable {
  private final List<Sample> samples = new CopyOnWriteArrayList<>();
  private final GrpcServer server;

  public FakeMonitor() {
    server =
        GrpcServer.start(
            "fake monitor",
            GrpcListenConfig.onLoopback(0),
            GrpcServer.Services.of(
                List.of(),
                new IntakeServiceGrpc.IntakeServiceImplBase() {
                  @Override
                  public void reportSamples(
                      ReportSamplesRequest request,
                      StreamObserver<ReportSamplesResponse> observer) {
                    samples.addAll(request.getSamplesList());
                    observer.onNext(ReportSamplesResponse.getDefaultInstance());
                    observer.onCompleted();
                  }
                }));
  }

  public int port() {
    return server.port();
  }

  public List<Sample> samples() {
    return List.copyOf(samples);
  }

  @Override
  public void close() {
    server.close();
  }
}

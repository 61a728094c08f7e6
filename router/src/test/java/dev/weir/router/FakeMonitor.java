package dev.weir.router;

import dev.weir.platform.grpc.HostAndPort;
import dev.weir.proto.monitor.v1.Exposure;
import dev.weir.proto.monitor.v1.IntakeServiceGrpc;
import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.ReportExposuresRequest;
import dev.weir.proto.monitor.v1.ReportExposuresResponse;
import dev.weir.proto.monitor.v1.ReportMirroredRequest;
import dev.weir.proto.monitor.v1.ReportMirroredResponse;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import dev.weir.proto.monitor.v1.ReportOutcomesResponse;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A monitor on loopback that keeps the outcomes it is sent. */
public final class FakeMonitor implements AutoCloseable {
  private final ConcurrentNavigableMap<Long, OutcomeSlice> slices = new ConcurrentSkipListMap<>();
  private final List<Exposure> exposures = new CopyOnWriteArrayList<>();
  private final List<MirrorPair> pairs = new CopyOnWriteArrayList<>();
  private final Server server;
  private final HostAndPort address;

  public FakeMonitor() {
    try {
      server =
          NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
              .addService(new Intake())
              .build()
              .start();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    address = new HostAndPort("127.0.0.1", server.getPort());
  }

  public HostAndPort address() {
    return address;
  }

  /** All cells so far, in order of their slices. */
  List<OutcomeCell> cells() {
    return new TreeMap<>(slices).values().stream().flatMap(s -> s.getCellsList().stream()).toList();
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** All exposures so far. */
  List<Exposure> exposures() {
    return List.copyOf(exposures);
  }

  /** All pairs of answers so far. */
  List<MirrorPair> pairs() {
    return List.copyOf(pairs);
  }

  private final class Intake extends IntakeServiceGrpc.IntakeServiceImplBase {
    @Override
    public void reportOutcomes(
        ReportOutcomesRequest request, StreamObserver<ReportOutcomesResponse> answer) {
      request.getSlicesList().forEach(s -> slices.put(s.getSequence(), s));
      answer.onNext(
          ReportOutcomesResponse.newBuilder()
              .setAcknowledgedSequence(slices.isEmpty() ? 0 : slices.lastKey())
              .build());
      answer.onCompleted();
    }

    @Override
    public void reportExposures(
        ReportExposuresRequest request, StreamObserver<ReportExposuresResponse> answer) {
      exposures.addAll(request.getExposuresList());
      answer.onNext(ReportExposuresResponse.getDefaultInstance());
      answer.onCompleted();
    }

    @Override
    public void reportMirrored(
        ReportMirroredRequest request, StreamObserver<ReportMirroredResponse> answer) {
      pairs.addAll(request.getPairsList());
      answer.onNext(ReportMirroredResponse.getDefaultInstance());
      answer.onCompleted();
    }
  }
}

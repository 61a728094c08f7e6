package dev.weir.router;

import dev.weir.platform.discovery.Instance;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.router.relay.RelayConfig;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** A router with everything around it, on loopback. */
final class Mesh implements AutoCloseable {
  final FakeRegistry registry = new FakeRegistry();
  final FakeMonitor monitor = new FakeMonitor();
  final FakeDiscovery discovery = new FakeDiscovery(List.of());
  final List<FakeWorker> workers = new ArrayList<>();
  final RunningRouter router;
  private final Snapshot snapshot;

  /** With one worker for each of the arguments, which are its versions joined by blanks. */
  Mesh(Path data, Snapshot snapshot, String... workersVersions) {
    this(RunningRouter.Security.none(), data, snapshot, workersVersions);
  }

  Mesh(RunningRouter.Security security, Path data, Snapshot snapshot, String... workersVersions) {
    this(security, RelayConfig.defaults(), data, snapshot, List.of(workersVersions));
    awaitWorkers();
  }

  /** One that relays in its own way. */
  static Mesh relaying(RelayConfig relay, Path data, Snapshot snapshot, String... workersVersions) {
    var mesh =
        new Mesh(RunningRouter.Security.none(), relay, data, snapshot, List.of(workersVersions));
    mesh.awaitWorkers();
    return mesh;
  }

  /** One whose workers may never be ready. */
  static Mesh unawaited(
      RunningRouter.Security security, Path data, Snapshot snapshot, String... workersVersions) {
    return new Mesh(security, RelayConfig.defaults(), data, snapshot, List.of(workersVersions));
  }

  private Mesh(
      RunningRouter.Security security,
      RelayConfig relay,
      Path data,
      Snapshot snapshot,
      List<String> workersVersions) {
    this.snapshot = snapshot;
    registry.publish(snapshot);
    router =
        new RunningRouter(data, registry.address(), monitor.address(), discovery, security, relay);
    for (String versions : workersVersions) {
      String id = "worker-" + (workers.size() + 1);
      workers.add(new FakeWorker(security.worker(), id, versions.split(" ")));
    }
    listWorkers();
  }

  void awaitWorkers() {
    for (Route route : snapshot.getRoutesList()) {
      router.awaitServing(route.getName());
    }
    router.awaitReadyWorkers(workers.size());
  }

  void listWorkers() {
    List<Instance> instances = workers.stream().map(FakeDiscovery::instance).toList();
    discovery.say(instances);
  }

  FakeWorker worker(int number) {
    return workers.get(number - 1);
  }

  /** What a call brought, metadata included. */
  record Answer(ModelInferResponse response, Metadata headers, Metadata trailers) {
    String header(Metadata.Key<String> key) {
      return String.valueOf(headers.get(key));
    }
  }

  Answer infer(ModelInferRequest request, Metadata metadata) {
    var headers = new AtomicReference<Metadata>();
    var trailers = new AtomicReference<Metadata>();
    ClientInterceptor capture = MetadataUtils.newCaptureMetadataInterceptor(headers, trailers);
    ModelInferResponse response =
        router
            .client()
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata), capture)
            .modelInfer(request);
    return new Answer(
        response, Objects.requireNonNull(headers.get()), Objects.requireNonNull(trailers.get()));
  }

  Answer infer(ModelInferRequest request) {
    return infer(request, new Metadata());
  }

  StatusRuntimeException failure(ModelInferRequest request) {
    try {
      router.client().modelInfer(request);
    } catch (StatusRuntimeException e) {
      return e;
    }
    throw new AssertionError("answered: " + request.getModelName());
  }

  /** How a call fails whose client waits for so long. */
  StatusRuntimeException failureWithin(ModelInferRequest request, long millis) {
    try {
      router.client().withDeadlineAfter(millis, TimeUnit.MILLISECONDS).modelInfer(request);
    } catch (StatusRuntimeException e) {
      return e;
    }
    throw new AssertionError("answered: " + request.getModelName());
  }

  /** The value of a metric's series that has all of these label values; 0: there is none. */
  double metric(String name, String... labels) {
    return router
        .metrics()
        .lines()
        .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
        .filter(line -> Stream.of(labels).allMatch(l -> line.contains("=\"" + l + "\"")))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Override
  public void close() {
    router.close();
    workers.forEach(FakeWorker::close);
    registry.close();
    monitor.close();
  }
}

package dev.weir.local.mesh;

import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.lifecycle.DataFolder;
import dev.weir.platform.time.Clock;
import dev.weir.platform.tls.ProgramTls;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.ModelReadyRequest;
import dev.weir.proto.inference.ModelStatisticsRequest;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Registry, monitor, model-workers and router as processes of this machine, with the real
 * components asked for. Each run starts from nothing: what an earlier one left in the folder is
 * deleted. Not thread-safe, except that {@link #close} may be called from a shutdown hook.
 */
public final class LocalMesh implements AutoCloseable {
  private static final int ASK_SECONDS = 2;
  private static final Duration START_LIMIT = Duration.ofSeconds(90);

  private final MeshOptions options;
  private final Jvm jvm;
  private final Map<String, String> environment;
  private final Clock clock;
  private final DataFolder folder;
  private final HealthProbe probe = new HealthProbe();
  private final ProgramTls tls;
  private final Map<String, Service> services = new LinkedHashMap<>();
  private final List<String> otlp = new ArrayList<>();
  private final Map<String, ManagedProcess> running = new ConcurrentHashMap<>();
  private final ExternalComponents external;
  private volatile boolean closed;

  /**
   * Takes the folder and the ports; starts nothing.
   *
   * @param notice told about ports that had to be changed
   */
  public LocalMesh(
      MeshOptions options,
      Jvm jvm,
      Map<String, String> environment,
      boolean usualPorts,
      Clock clock,
      Consumer<String> notice) {
    this.options = options;
    this.jvm = jvm;
    this.environment = environment;
    this.clock = clock;
    this.tls = new ProgramTls(options.tls());
    this.folder = DataFolder.open(options.data());
    clear(options.data());
    var ports = new Ports(usualPorts, notice);
    this.external = new ExternalComponents(options, environment, ports);
    define(ports);
  }

  private static void clear(Path data) {
    for (String part : List.of("services", "logs", "triton")) {
      Path root = data.resolve(part);
      if (!Files.exists(root)) {
        continue;
      }
      try (Stream<Path> tree = Files.walk(root)) {
        for (Path path : tree.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("the last run's files cannot be deleted: " + root, e);
      }
    }
  }

  private void define(Ports ports) {
    int registryPort = ports.take("registry", 8010);
    int monitorPort = ports.take("monitor, OTLP", 4317);
    var registry = "127.0.0.1:" + registryPort;
    var monitor = "127.0.0.1:" + monitorPort;
    otlp.add((options.tls().enabled() ? "https://" : "http://") + monitor);
    external.jaegerOtlp().ifPresent(otlp::add);
    List<String> everywhere =
        new ArrayList<>(
            List.of(
                "--telemetry.trace-sample-ratio=" + options.traceSampleRatio(),
                "--telemetry.metrics-interval=2s"));
    List<String> finding = external.discoveryArguments();

    add(
        "registry",
        "registry",
        registryPort,
        ports.take("registry, HTTP", 8011),
        128,
        everywhere,
        List.of("--telemetry.otlp-endpoints=" + String.join(",", otlp)));
    add(
        "monitor",
        "monitor",
        monitorPort,
        ports.take("dashboard", 8020),
        256,
        everywhere,
        List.of(
            "--registry=" + registry,
            "--telemetry.otlp-endpoints=" + external.jaegerOtlp().orElse("")));
    for (int i = 1; i <= options.workers(); i++) {
      String name = "worker-" + i;
      add(
          name,
          "worker",
          ports.take(name, 8030 + 2 * (i - 1)),
          ports.take(name + ", HTTP", 8031 + 2 * (i - 1)),
          192,
          everywhere,
          finding,
          external.engineArguments(i),
          List.of(
              "--registry=" + registry,
              "--monitor=" + monitor,
              "--telemetry.otlp-endpoints=" + String.join(",", otlp)));
    }
    add(
        "router",
        "router",
        ports.take("router", 8001),
        ports.take("router, HTTP", 8002),
        192,
        everywhere,
        finding,
        List.of(
            "--registry=" + registry,
            "--monitor=" + monitor,
            "--telemetry.otlp-endpoints=" + String.join(",", otlp)));
  }

  @SafeVarargs
  private void add(
      String name, String kind, int grpcPort, int httpPort, int heap, List<String>... flags) {
    var arguments = new ArrayList<String>();
    arguments.add("--instance=" + name);
    arguments.add("--data=" + options.data().resolve("services").resolve(name));
    arguments.add("--grpc.port=" + grpcPort);
    arguments.add("--http.port=" + httpPort);
    for (List<String> group : flags) {
      arguments.addAll(group);
    }
    options
        .settings()
        .forEach((key, value) -> {
          if (key.startsWith(kind + ".")) {
            arguments.add("--" + key.substring(kind.length() + 1) + "=" + value);
          }
        });
    services.put(name, new Service(name, kind, grpcPort, httpPort, heap, arguments));
  }

  /** Starts everything and waits until each service says that it is ready. */
  public void start() {
    external.start(options.data().resolve("logs"), probe, clock);
    services.values().forEach(this::launch);
    services.values().forEach(this::awaitReady);
  }

  /** Starts one service, which must not be running, without waiting. */
  public void launch(String name) {
    launch(service(name));
  }

  private void launch(Service service) {
    if (closed) {
      throw new IllegalStateException("the mesh is closed");
    }
    running.put(
        service.name(),
        ManagedProcess.start(
            service.name(),
            jvm.command(service.heapMegabytes(), service.kind(), service.arguments()),
            jvm.environment(),
            options.data().resolve("logs").resolve(service.name() + ".log")));
  }

  /** Waits until a service says that it is ready. */
  public void awaitReady(String name) {
    awaitReady(service(name));
  }

  private void awaitReady(Service service) {
    process(service.name()).awaitReady(() -> isHealthy(service), START_LIMIT, clock);
  }

  /** Whether a service says that it is ready. */
  public boolean isHealthy(Service service) {
    return probe.isHealthy(service.http("/health"));
  }

  /** Whether the router can serve a model now. */
  public boolean serves(String model) {
    var request = ModelReadyRequest.newBuilder().setName(model).build();
    return ask("router", false, inference -> inference.modelReady(request).getReady());
  }

  /** Requests that a worker has answered since its start; 0 while it does not answer. */
  public long answers(String worker) {
    return ask(
        worker,
        0L,
        inference ->
            inference
                .modelStatistics(ModelStatisticsRequest.getDefaultInstance())
                .getModelStatsList()
                .stream()
                .mapToLong(statistics -> statistics.getInferenceStats().getSuccess().getCount())
                .sum());
  }

  private <T> T ask(
      String name,
      T whileAway,
      Function<GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub, T> question) {
    try (GrpcChannel channel = GrpcChannel.to(service(name).grpc(), tls.tls(), List.of())) {
      return question.apply(
          GRPCInferenceServiceGrpc.newBlockingStub(channel.channel())
              .withDeadlineAfter(ASK_SECONDS, TimeUnit.SECONDS));
    } catch (StatusRuntimeException notYet) {
      return whileAway;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return whileAway;
    }
  }

  /** SIGKILL to one service. */
  public void kill(String name) throws InterruptedException {
    process(name).kill();
  }

  /** SIGKILL to one of the real components: "consul", "jaeger", "triton-1". */
  public void killExternal(String name) throws InterruptedException {
    external.kill(name);
  }

  /** SIGTERM to one service, and waits for its end. */
  public void stop(String name) throws InterruptedException {
    process(name).close();
  }

  /** A service by name. */
  public Service service(String name) {
    Service service = services.get(name);
    if (service == null) {
      throw new IllegalArgumentException("no service " + name + " in " + services.keySet());
    }
    return service;
  }

  /** All services in order of start. */
  public List<Service> services() {
    return List.copyOf(services.values());
  }

  /** The process of a service that was started. */
  public ManagedProcess process(String name) {
    ManagedProcess process = running.get(name);
    if (process == null) {
      throw new IllegalStateException(name + " was not started");
    }
    return process;
  }

  /** Addresses of real components for people: word to address. */
  public Map<String, String> externalAddresses() {
    return external.addresses();
  }

  /**
   * OTLP endpoints that get the traces of all services: the monitor, and Jaeger when it is there.
   */
  public List<String> otlpEndpoints() {
    return List.copyOf(otlp);
  }

  /** Folder of all files. */
  public Path data() {
    return options.data();
  }

  /** Stops everything: the router first, so that no request is cut off; the registry last. */
  @Override
  public void close() throws InterruptedException, IOException {
    if (closed) {
      return;
    }
    closed = true;
    List<Service> order = services().reversed();
    for (Service service : order) {
      ManagedProcess process = running.get(service.name());
      if (process != null) {
        process.terminate();
        process.awaitEnd(Duration.ofSeconds(service.kind().equals("router") ? 25 : 10));
      }
    }
    external.close();
    probe.close();
    tls.close();
    folder.close();
  }
}

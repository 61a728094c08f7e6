package dev.weir.loadtest.bench;

import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.lifecycle.StartFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Registry, monitor, workers and a router as processes, started by {@code ./weir}, with one model
 * in service. Workers are found by the registry's discovery. Not thread-safe.
 */
final class SoakMesh implements AutoCloseable {
  static final String ROUTER = "router";
  private static final String REGISTRY = "registry";
  private static final String MONITOR = "monitor";
  private static final String WORKER_OPTIONS = "-Xmx192m";
  private static final int START_TRIES = 600;
  private static final long TRY_MILLIS = 200;
  private static final long COMMAND_SECONDS = 60;

  private final List<String> weir;
  private final Path folder;
  private final Resources resources;
  private final Map<String, Service> services = new LinkedHashMap<>();
  private final Map<String, StartedProcess> running = new LinkedHashMap<>();
  private final Map<String, ServicePage> pages = new LinkedHashMap<>();

  private record Service(int grpcPort, int httpPort, List<String> command) {}

  /**
   * @param weir words that start the launcher
   * @param folder for logs and data; what an earlier run left is deleted
   */
  SoakMesh(List<String> weir, Path folder, Resources resources) throws IOException {
    this.weir = List.copyOf(weir);
    this.folder = folder;
    this.resources = resources;
    if (Files.exists(folder)) {
      try (Stream<Path> tree = Files.walk(folder)) {
        for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
    Files.createDirectories(folder);
  }

  /** Starts everything but the model and waits until it is ready. */
  void start(int workers) throws IOException, InterruptedException {
    define(REGISTRY, REGISTRY, "", List.of());
    String registry = "--registry=" + address(REGISTRY);
    define(MONITOR, MONITOR, "", List.of(registry));
    String monitor = "--monitor=" + address(MONITOR);
    String traces = "--telemetry.otlp-endpoints=http://" + address(MONITOR);
    List<String> known = List.of(registry, monitor, traces);
    for (int i = 1; i <= workers; i++) {
      define("worker-" + i, "worker", WORKER_OPTIONS, known);
    }
    // the options of the router's JVM come by the environment, like everywhere
    define(ROUTER, ROUTER, "", known);
    for (String name : services.keySet()) {
      launch(name);
      if (name.equals(REGISTRY)) {
        awaitReady(name);
      }
    }
    for (String name : services.keySet()) {
      if (!name.equals(ROUTER)) {
        awaitReady(name);
      }
    }
  }

  private void define(String name, String kind, String options, List<String> flags)
      throws IOException {
    int grpcPort = FreePort.find();
    int httpPort = FreePort.find();
    var command = new ArrayList<String>();
    if (!options.isEmpty()) {
      command.addAll(List.of("env", "WEIR_JAVA_OPTS=" + options));
    } else if (!name.equals(ROUTER)) {
      command.addAll(List.of("env", "-u", "WEIR_JAVA_OPTS"));
    }
    command.addAll(weir);
    command.addAll(
        List.of(
            kind,
            "--instance=" + name,
            "--data=" + folder.resolve(name),
            "--grpc.port=" + grpcPort,
            "--http.port=" + httpPort));
    command.addAll(flags);
    services.put(name, new Service(grpcPort, httpPort, command));
    pages.put(name, new ServicePage(httpPort));
    resources.add(name, () -> stop(name));
  }

  /** Starts one service without waiting. */
  void launch(String name) {
    running.put(
        name,
        StartedProcess.start(name, service(name).command(), folder.resolve(name + ".log"), false));
  }

  /** SIGKILL, and waits for the end. */
  void kill(String name) throws InterruptedException {
    process(name).process().destroyForcibly().waitFor();
  }

  private void stop(String name) {
    StartedProcess process = running.get(name);
    if (process != null) {
      process.close();
    }
  }

  private void awaitReady(String name) throws InterruptedException {
    for (int i = 0; i < START_TRIES; i++) {
      if (page(name).isReady()) {
        return;
      }
      process(name).waitAlive(TRY_MILLIS);
    }
    throw process(name).failure("is not ready");
  }

  /** Whether a service says that it is ready now. */
  boolean isReady(String name) throws InterruptedException {
    return page(name).isReady();
  }

  /** One of the launcher's commands, which must succeed. */
  void command(List<String> words) throws IOException, InterruptedException {
    var command = new ArrayList<>(weir);
    command.addAll(words);
    command.add("--registry=" + address(REGISTRY));
    Path log = folder.resolve("command.log");
    try (StartedProcess process = StartedProcess.start(words.getFirst(), command, log, false)) {
      if (!process.process().waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)
          || process.process().exitValue() != 0) {
        throw process.failure("did not succeed");
      }
    }
  }

  HostAndPort address(String name) {
    return new HostAndPort("127.0.0.1", service(name).grpcPort());
  }

  StartedProcess process(String name) {
    return known(name, running.get(name));
  }

  ServicePage page(String name) {
    return known(name, pages.get(name));
  }

  private Service service(String name) {
    return known(name, services.get(name));
  }

  private static <T> T known(String name, @org.jspecify.annotations.Nullable T value) {
    if (value == null) {
      throw new StartFailure(CommandLines.EXIT_FAILED, "no service " + name);
    }
    return value;
  }

  /** Waits; throws when the router has ended meanwhile. */
  void pause(long millis) throws InterruptedException {
    process(ROUTER).waitAlive(millis);
  }

  @Override
  public void close() {
    services.keySet().forEach(this::stop);
  }
}

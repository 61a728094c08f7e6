package dev.weir.local.mesh;

import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.time.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One of our services as a process, without the rest of a mesh. */
public final class LoneService implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final int HEAP_MEGABYTES = 256;

  private final Service service;
  private final ManagedProcess process;
  private final HealthProbe probe = new HealthProbe();

  private LoneService(Service service, ManagedProcess process) {
    this.service = service;
    this.process = process;
  }

  /** Starts it on free ports and waits until it says that it is ready. */
  public static LoneService start(String kind, Jvm jvm, Path folder, List<String> flags) {
    var ports = new Ports(false, text -> {});
    int grpc = ports.take(kind, 0);
    int http = ports.take(kind + ", HTTP", 0);
    var arguments =
        new ArrayList<>(
            List.of(
                "--data=" + folder.resolve(kind), "--grpc.port=" + grpc, "--http.port=" + http));
    arguments.addAll(flags);
    var service = new Service(kind, kind, grpc, http, HEAP_MEGABYTES, arguments);
    var process =
        ManagedProcess.start(
            kind,
            jvm.command(service.heapMegabytes(), kind, service.arguments()),
            jvm.environment(),
            folder.resolve(kind + ".log"));
    var started = new LoneService(service, process);
    process.awaitReady(
        () -> started.probe.isHealthy(service.http("/health")), START_LIMIT, Clock.system());
    return started;
  }

  /** Address for calls. */
  public HostAndPort grpc() {
    return service.grpc();
  }

  @Override
  public void close() throws InterruptedException {
    process.close();
    probe.close();
  }
}

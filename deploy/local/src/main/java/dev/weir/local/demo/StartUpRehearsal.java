package dev.weir.local.demo;

import dev.weir.loadtest.report.LoadStatistics;
import dev.weir.local.cli.RegistryClient;
import dev.weir.local.mesh.LocalMesh;
import dev.weir.local.mesh.Service;
import dev.weir.platform.telemetry.Telemetry;
import dev.weir.platform.telemetry.TelemetryConfig;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** The first seconds of the demo, against services that are already being started. */
public final class StartUpRehearsal {
  private static final int REQUESTS = 300;
  private static final int LIMIT_SECONDS = 60;

  private StartUpRehearsal() {}

  /**
   * Waits for the services, brings version 1 into service and sends it some requests.
   *
   * @param home the checkout
   * @return whether all of that worked
   */
  public static boolean run(Path home, LocalMesh mesh, Clock clock)
      throws IOException, InterruptedException {
    for (Service service : mesh.services()) {
      if (!await(clock, () -> mesh.isHealthy(service))) {
        System.err.println(service.name() + " is not ready after " + LIMIT_SECONDS + " s");
        return false;
      }
    }
    Employment data = Employment.open(home);
    try (var registry = new RegistryClient(mesh.service("registry").grpc(), "training");
        Scheduler scheduler = Scheduler.system("training");
        Telemetry telemetry = Telemetry.start("training", "training", TelemetryConfig.defaults());
        var labels = new Labels(mesh.service("monitor").grpc(), data, clock, scheduler);
        var traffic =
            new ReplayTraffic(
                mesh.service("router").grpc(), data, 100, 1, labels, telemetry, clock)) {
      var narrator = new Narrator(System.out, false, clock);
      var story = new Story(mesh, registry, traffic, data, narrator, clock);
      story.goLive(1);
      traffic.start();
      LoadStatistics total = traffic.total();
      return await(clock, () -> total.ended() - total.failed() >= REQUESTS)
          && List.of("router", "worker-1", "monitor", "registry").stream()
              .allMatch(name -> mesh.isHealthy(mesh.service(name)));
    }
  }

  private static boolean await(Clock clock, BooleanSupplier condition) {
    long end = clock.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!condition.getAsBoolean()) {
      if (clock.nanoTime() - end > 0) {
        return false;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
    return true;
  }
}

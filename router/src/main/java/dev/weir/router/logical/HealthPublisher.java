package dev.weir.router.logical;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.lifecycle.Readiness;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.router.policy.CompiledRoute;
import dev.weir.router.policy.RoutingTable;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Keeps gRPC health true: for the whole server (the empty name), for the inference service, and for
 * each model by its name. A model that is gone says NOT_SERVING. Thread-safe.
 */
public final class HealthPublisher {
  private static final String PART = "workers";

  private final ServedModels models;
  private final BiConsumer<String, Boolean> health;
  private final Readiness readiness;

  @GuardedBy("this")
  private final Map<String, Boolean> published = new HashMap<>();

  /**
   * @param health gets a service's name and whether it serves, on each change
   */
  public HealthPublisher(
      ServedModels models, BiConsumer<String, Boolean> health, Readiness readiness) {
    this.models = models;
    this.health = health;
    this.readiness = readiness;
  }

  /** Looks at everything again. */
  public synchronized void refresh() {
    boolean serverReady = models.isServerReady();
    var now = new HashMap<String, Boolean>();
    published.keySet().forEach(name -> now.put(name, false));
    RoutingTable table = models.table();
    String missing = "";
    if (table != null) {
      for (CompiledRoute route : table.routes()) {
        boolean ready = models.isReady(route);
        now.put(route.name(), ready);
        missing = ready ? missing : missing + " " + route.name();
      }
    }
    now.put("", serverReady);
    now.put(GRPCInferenceServiceGrpc.SERVICE_NAME, serverReady);
    now.forEach((name, serving) -> {
      if (!serving.equals(published.put(name, serving))) {
        health.accept(name, serving);
      }
    });
    if (table == null) {
      readiness.degraded(PART, "no routes yet");
    } else if (missing.isEmpty()) {
      readiness.ready(PART);
    } else {
      readiness.degraded(PART, "models without a ready worker:" + missing);
    }
  }
}

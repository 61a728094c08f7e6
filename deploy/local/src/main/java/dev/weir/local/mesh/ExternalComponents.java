package dev.weir.local.mesh;

import dev.weir.platform.time.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The real Triton, Consul and Jaeger beside a local mesh, and the flags that point services at
 * them.
 */
final class ExternalComponents implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private record Planned(String name, List<String> command, URI ready) {}

  private record TritonPorts(int grpc, int http, int metrics) {}

  private final MeshOptions options;
  private final List<Planned> planned = new ArrayList<>();
  private final List<ManagedProcess> running = new ArrayList<>();
  private final List<TritonPorts> tritons = new ArrayList<>();
  private final Map<String, String> addresses = new LinkedHashMap<>();
  private final int consulPort;
  private final int jaegerOtlpPort;
  private final int jaegerQueryPort;

  ExternalComponents(MeshOptions options, Map<String, String> environment, Ports ports) {
    this.options = options;
    this.consulPort = options.components().consul() ? planConsul(environment, ports) : 0;
    if (options.components().jaeger()) {
      jaegerOtlpPort = ports.take("Jaeger, OTLP", 4417);
      jaegerQueryPort = ports.take("Jaeger, query", 16686);
      planJaeger(environment, ports);
    } else {
      jaegerOtlpPort = 0;
      jaegerQueryPort = 0;
    }
    if (options.components().triton()) {
      for (int i = 1; i <= options.workers(); i++) {
        planTriton(environment, ports, i);
      }
    }
  }

  private int planConsul(Map<String, String> environment, Ports ports) {
    Path program = Components.program(environment, "WEIR_CONSUL_BIN", "consul");
    int http = ports.take("Consul", 8500);
    planned.add(
        new Planned(
            "consul",
            List.of(
                program.toString(),
                "agent",
                "-dev",
                "-bind=127.0.0.1",
                "-client=127.0.0.1",
                "-http-port=" + http,
                "-grpc-port=-1",
                "-dns-port=-1",
                "-server-port=" + ports.take("Consul, server", 8300),
                "-serf-lan-port=" + ports.take("Consul, gossip", 8301),
                "-serf-wan-port=" + ports.take("Consul, gossip WAN", 8302),
                "-disable-host-node-id"),
            URI.create("http://127.0.0.1:" + http + "/v1/health/service/consul?passing=true")));
    addresses.put("Consul", "http://127.0.0.1:" + http + "/ui");
    return http;
  }

  private void planJaeger(Map<String, String> environment, Ports ports) {
    Path program = Components.program(environment, "WEIR_JAEGER_BIN", "jaeger");
    int health = ports.take("Jaeger, health", 13133);
    Path config = options.data().resolve("jaeger.yaml");
    String yaml =
        """
        service:
          extensions: [jaeger_storage, jaeger_query, healthcheckv2]
          pipelines:
            traces: {receivers: [otlp], processors: [batch], exporters: [jaeger_storage_exporter]}
          telemetry: {metrics: {level: none}, traces: {level: none}}
        extensions:
          healthcheckv2: {use_v2: true, http: {endpoint: "127.0.0.1:%d"}}
          jaeger_query:
            storage: {traces: memory}
            http: {endpoint: "127.0.0.1:%d"}
            grpc: {endpoint: "127.0.0.1:%d"}
          jaeger_storage: {backends: {memory: {memory: {max_traces: 50000}}}}
        receivers: {otlp: {protocols: {grpc: {endpoint: "127.0.0.1:%d"}}}}
        processors: {batch: {}}
        exporters: {jaeger_storage_exporter: {trace_storage: memory}}
        """
            .formatted(
                health, jaegerQueryPort, ports.take("Jaeger, query gRPC", 16685), jaegerOtlpPort);
    try {
      Files.writeString(config, yaml);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot be written: " + config, e);
    }
    planned.add(
        new Planned(
            "jaeger",
            List.of(program.toString(), "--config", config.toString()),
            URI.create("http://127.0.0.1:" + jaegerQueryPort + "/api/services")));
    addresses.put("Jaeger", "http://127.0.0.1:" + jaegerQueryPort);
  }

  private void planTriton(Map<String, String> environment, Ports ports, int number) {
    Path program = Components.program(environment, "WEIR_TRITON_BIN", "triton");
    var triton =
        new TritonPorts(
            ports.take("Triton " + number, 8040 + 3 * number),
            ports.take("Triton " + number + ", HTTP", 8041 + 3 * number),
            ports.take("Triton " + number + ", metrics", 8042 + 3 * number));
    tritons.add(triton);
    Path repository = repository(number);
    try {
      Files.createDirectories(repository);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot be created: " + repository, e);
    }
    planned.add(
        new Planned(
            "triton-" + number,
            List.of(
                program.toString(),
                "--model-repository=" + repository,
                "--model-control-mode=explicit",
                "--http-address=127.0.0.1",
                "--grpc-address=127.0.0.1",
                "--metrics-address=127.0.0.1",
                "--grpc-port=" + triton.grpc(),
                "--http-port=" + triton.http(),
                "--metrics-port=" + triton.metrics()),
            URI.create("http://127.0.0.1:" + triton.http() + "/v2/health/live")));
    addresses.put("Triton " + number, "127.0.0.1:" + triton.grpc());
  }

  private Path repository(int number) {
    return options.data().resolve("triton").resolve("repository-" + number).toAbsolutePath();
  }

  /** Starts all, then waits for each. */
  void start(Path logs, HealthProbe probe, Clock clock) {
    for (Planned plan : planned) {
      running.add(
          ManagedProcess.start(
              plan.name(), plan.command(), Map.of(), logs.resolve(plan.name() + ".log")));
    }
    for (int i = 0; i < planned.size(); i++) {
      URI ready = planned.get(i).ready();
      running.get(i).awaitReady(() -> probe.isHealthy(ready), START_LIMIT, clock);
    }
  }

  void kill(String name) throws InterruptedException {
    for (ManagedProcess process : running) {
      if (process.name().equals(name)) {
        process.kill();
        return;
      }
    }
    throw new IllegalArgumentException("no component " + name + " runs");
  }

  List<String> discoveryArguments() {
    return options.components().consul()
        ? List.of("--discovery.kind=consul", "--discovery.consul-address=127.0.0.1:" + consulPort)
        : List.of();
  }

  /** Engine flags of the worker with this number, from 1. */
  List<String> engineArguments(int number) {
    if (!options.components().triton()) {
      return List.of();
    }
    return List.of(
        "--engine=triton",
        "--triton.address=127.0.0.1:" + tritons.get(number - 1).grpc(),
        "--triton.repository=" + repository(number));
  }

  Optional<String> jaegerOtlp() {
    return options.components().jaeger()
        ? Optional.of("http://127.0.0.1:" + jaegerOtlpPort)
        : Optional.empty();
  }

  Map<String, String> addresses() {
    return Map.copyOf(addresses);
  }

  @Override
  public void close() throws InterruptedException {
    for (ManagedProcess process : running) {
      process.terminate();
    }
    for (ManagedProcess process : running) {
      process.awaitEnd(Duration.ofSeconds(10));
    }
  }
}

package dev.weir.loadtest.bench;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.grpc.HostAndPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Starts the proxies, each with one thread, kept on the proxy's processor. */
final class Contenders {
  /** The router. */
  static final String WEIR = "weir";

  /** No proxy: load goes straight to the upstream. */
  static final String DIRECT = "direct";

  /** The same, with the client on the proxy's processor: both ends on processors of their own. */
  static final String DIRECT_ACROSS = "direct-across";

  /** Proxies to compare with, by the word of {@code --peers}. */
  static final List<String> PEERS =
      List.of("envoy", "nginx", "haproxy", "haproxy-64k", "haproxy-tcp");

  private final Programs programs;
  private final Pinning pinning;
  private final Path work;
  private final PeerTemplates templates;

  /**
   * What is started.
   *
   * @param router words that start the router, without its settings
   */
  record Programs(Path envoy, Path nginx, Path haproxy, List<String> router) {
    Programs {
      router = List.copyOf(router);
    }
  }

  /**
   * @param work folder for configurations, logs and what programs write
   */
  Contenders(Programs programs, Pinning pinning, Path work, PeerTemplates templates) {
    this.programs = programs;
    this.pinning = pinning;
    this.work = work;
    this.templates = templates;
  }

  /** Load without a proxy, to the first port of the upstream. */
  List<Proxy> direct() {
    return List.of(
        new Proxy(DIRECT, target(templates.upstreamPorts().getFirst(), false), null),
        new Proxy(DIRECT_ACROSS, target(templates.upstreamPorts().getFirst(), true), null));
  }

  private Target target(int port, boolean fromProxyCpu) {
    Tls tls = templates.tls();
    return new Target(
        new HostAndPort("127.0.0.1", port), fromProxyCpu, tls == null ? null : tls.certificate());
  }

  /** Starts a peer. */
  Proxy peer(String name) throws IOException {
    return switch (name) {
      case "envoy" -> {
        Configured c = configure(name, "envoy.yaml");
        yield start(name, c, envoy(c.file()));
      }
      case "nginx" -> {
        Configured c = configure(name, "nginx.conf");
        yield start(name, c, nginx(c.file()));
      }
      case "haproxy", "haproxy-64k", "haproxy-tcp" -> {
        Configured c = configure(name, name + ".cfg");
        yield start(name, c, List.of(programs.haproxy().toString(), "-f", c.file().toString()));
      }
      default -> throw new InvalidValueException("--peers", name, "of " + String.join(",", PEERS));
    };
  }

  private List<String> envoy(Path file) {
    return List.of(
        programs.envoy().toString(),
        "-c",
        file.toString(),
        "--concurrency",
        "1",
        "--disable-hot-restart",
        "-l",
        "error");
  }

  private List<String> nginx(Path file) {
    return List.of(
        programs.nginx().toString(),
        "-p",
        String.valueOf(file.getParent()),
        "-e",
        "stderr",
        "-c",
        file.toString());
  }

  /**
   * Starts the router with everything that it does in production turned on.
   *
   * @param name its name in the results: {@link #WEIR}, alone or with more behind it
   */
  Proxy router(String name, StubControlPlane control) throws IOException {
    Path folder = Files.createDirectories(work.resolve(name));
    // a router that remembers the last run's snapshot would keep to it
    deleteAll(folder.resolve("data"));
    int port = FreePort.find();
    var command = new ArrayList<>(programs.router());
    Tls tls = templates.tls();
    String workers =
        String.join(
            ",",
            templates.upstreamPorts().stream()
                .map(number -> "model-worker=127.0.0.1:" + number)
                .toList());
    command.addAll(
        List.of(
            "--instance=bench-router",
            "--data=" + folder.resolve("data"),
            "--grpc.port=" + port,
            "--http.port=0",
            "--registry=" + control.address(),
            "--monitor=" + control.address(),
            "--discovery.kind=static",
            "--discovery.static-instances=" + workers,
            "--telemetry.otlp-endpoints="
                + (tls == null ? "http://" : "https://")
                + control.address(),
            "--telemetry.trace-sample-ratio=0.01"));
    if (tls != null) {
      command.addAll(
          List.of(
              "--grpc.tls.enabled=true",
              "--grpc.tls.certificate=" + tls.certificate(),
              "--grpc.tls.private-key=" + tls.key(),
              "--tls.enabled=true",
              "--tls.trusted-cas=" + tls.certificate(),
              "--tls.server-name=localhost"));
    }
    return start(name, new Configured(folder, port), command);
  }

  private static void deleteAll(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> tree = Files.walk(folder)) {
        for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private record Configured(Path file, int port) {}

  private Configured configure(String name, String template) throws IOException {
    Path folder = Files.createDirectories(work.resolve(name)).toAbsolutePath();
    int port = FreePort.find();
    return new Configured(templates.write(template, folder, port), port);
  }

  private Proxy start(String name, Configured configured, List<String> command) {
    var process =
        StartedProcess.start(name, pinning.forProxy(command), work.resolve(name + ".log"), false);
    return new Proxy(name, target(configured.port(), false), process);
  }
}

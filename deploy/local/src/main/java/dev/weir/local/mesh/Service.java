package dev.weir.local.mesh;

import dev.weir.platform.grpc.HostAndPort;
import java.net.URI;
import java.util.List;

/**
 * One service of the mesh, as it is started (again and again, with the same ports and files).
 *
 * @param name unique in the mesh: "registry", "worker-1"
 * @param kind the launcher's word: "registry", "worker"
 * @param grpcPort port for calls
 * @param httpPort port for health, metrics and pages
 * @param heapMegabytes its JVM's largest heap
 * @param arguments its flags
 */
public record Service(
    String name,
    String kind,
    int grpcPort,
    int httpPort,
    int heapMegabytes,
    List<String> arguments) {
  private static final String LOOPBACK = "127.0.0.1";

  public Service {
    arguments = List.copyOf(arguments);
  }

  /** Address for calls. */
  public HostAndPort grpc() {
    return new HostAndPort(LOOPBACK, grpcPort);
  }

  /** A page of its HTTP port. */
  public URI http(String path) {
    return URI.create("http://" + LOOPBACK + ":" + httpPort + path);
  }
}

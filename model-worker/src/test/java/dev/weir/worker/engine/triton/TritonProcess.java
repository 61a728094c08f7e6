package dev.weir.worker.engine.triton;

import static org.awaitility.Awaitility.await;

import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.ServerReadyRequest;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** A real Triton under explicit model control, on loopback. */
public final class TritonProcess implements AutoCloseable {
  private static final String VARIABLE = "WEIR_TRITON_BIN";

  private final Path folder;
  private final List<Integer> ports;
  private @Nullable Process process;

  private TritonProcess(Path folder, List<Integer> ports) {
    this.folder = folder;
    this.ports = ports;
  }

  /** Starts one, or skips the test with the reason when there is none on this machine. */
  public static TritonProcess start(Path folder) throws IOException {
    Assumptions.assumeTrue(
        System.getenv(VARIABLE) != null,
        "needs a real Triton: deploy/components/install triton, then set " + VARIABLE);
    Files.createDirectories(folder.resolve("repository"));
    var triton = new TritonProcess(folder, freePorts(3));
    triton.start();
    return triton;
  }

  private static List<Integer> freePorts(int count) throws IOException {
    var sockets = new ArrayList<ServerSocket>();
    try {
      var ports = new ArrayList<Integer>();
      for (int i = 0; i < count; i++) {
        var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        sockets.add(socket);
        ports.add(socket.getLocalPort());
      }
      return ports;
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }

  /** Starts it (again), on the same ports, and waits until it answers. */
  public void start() throws IOException {
    process =
        new ProcessBuilder(
                System.getenv(VARIABLE),
                "--model-repository=" + repository(),
                "--model-control-mode=explicit",
                "--grpc-address=127.0.0.1",
                "--grpc-port=" + ports.get(0),
                "--http-address=127.0.0.1",
                "--http-port=" + ports.get(1),
                "--metrics-address=127.0.0.1",
                "--metrics-port=" + ports.get(2),
                "--exit-timeout-secs=5")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("triton.log").toFile()))
            .start();
    await().atMost(Duration.ofSeconds(60)).until(this::isReady);
  }

  private boolean isReady() throws InterruptedException {
    try (var channel = GrpcChannel.to(HostAndPort.parse("triton", address()), List.of())) {
      return GRPCInferenceServiceGrpc.newBlockingStub(channel.channel())
          .withDeadlineAfter(1, TimeUnit.SECONDS)
          .serverReady(ServerReadyRequest.getDefaultInstance())
          .getReady();
    } catch (StatusRuntimeException notYet) {
      return false;
    }
  }

  /** Host and port of its gRPC server. */
  public String address() {
    return "127.0.0.1:" + ports.get(0);
  }

  /** Its model repository. */
  public Path repository() {
    return folder.resolve("repository");
  }

  /** Ends it at once, as a crash would. */
  public void kill() throws InterruptedException {
    end(true);
  }

  private void end(boolean atOnce) throws InterruptedException {
    Process running = process;
    if (running == null) {
      return;
    }
    // the backend's stub processes end by themselves when their parent is gone
    if (atOnce) {
      running.destroyForcibly();
    } else {
      running.destroy();
    }
    if (!running.waitFor(20, TimeUnit.SECONDS)) {
      running.destroyForcibly();
    }
    process = null;
  }

  @Override
  public void close() throws InterruptedException {
    end(false);
  }
}

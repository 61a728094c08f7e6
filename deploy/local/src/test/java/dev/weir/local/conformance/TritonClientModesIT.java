package dev.weir.local.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.local.MeshUnderTest;
import dev.weir.local.mesh.ManagedProcess;
import dev.weir.local.mesh.Ports;
import dev.weir.platform.grpc.HostAndPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** NVIDIA's own client in all its modes, through the router, to two real Tritons. */
final class TritonClientModesIT {
  private static final Path TESTS = MeshUnderTest.HOME.resolve("deploy/local/src/test");
  private static final int LIMIT_BYTES = 16 << 20;
  private static final ServedModel SLOW = new ServedModel("slow", "INT32", "INT32");
  private static final List<ServedModel> ON_BOTH =
      List.of(
          new ServedModel("echo", "FP32", "FP32"),
          new ServedModel("text", "BYTES", "BYTES"),
          new ServedModel("size", "UINT8", "INT64"),
          new ServedModel("scores", "FP32", "FP32"),
          new ServedModel("countdown", "INT32", "INT32"),
          new ServedModel("running_sum", "INT32", "INT32"),
          new ServedModel("parameters", "INT32", "BYTES"));

  @TempDir Path folder;

  @Test
  void every_mode_of_tritonclient_works_through_the_router() throws Exception {
    String triton = ExternalProgram.need("WEIR_TRITON_BIN");
    String python = ExternalProgram.need("WEIR_TRITON_PYTHON");
    // it counts what was cancelled, so there is one of it
    List<ServedModel> all = Stream.concat(ON_BOTH.stream(), Stream.of(SLOW)).toList();
    var ports = new Ports(false, text -> {});
    try (var first = new Triton(triton, ports, folder.resolve("triton-1.log"));
        var second = new Triton(triton, ports, folder.resolve("triton-2.log"));
        var router =
            RouterUnderTest.start(
                folder,
                all,
                List.of(
                    new RouterUnderTest.Server(first.address, all),
                    new RouterUnderTest.Server(second.address, ON_BOTH)),
                List.of("--grpc.max-message-bytes=" + LIMIT_BYTES))) {
      ExternalProgram.Ended ended =
          ExternalProgram.run(
              Duration.ofMinutes(5),
              List.of(
                  python,
                  TESTS.resolve("python/tritonclient_modes.py").toString(),
                  router.address().toString(),
                  String.valueOf(LIMIT_BYTES)));
      var table = new CaseTable("tritonclient");
      System.out.print(ended.output());
      table.addLines(ended.output());
      table.check();
      assertThat(ended.status()).as(ended.output()).isZero();
    }
  }

  private static final class Triton implements AutoCloseable {
    private final HostAndPort address;
    private final ManagedProcess process;

    Triton(String program, Ports ports, Path log) throws InterruptedException {
      address = new HostAndPort("127.0.0.1", ports.take("Triton", 0));
      var command = new ArrayList<String>();
      command.add(program);
      command.add("--model-repository=" + TESTS.resolve("models/triton"));
      command.add("--grpc-header-forward-pattern=x-test-.*");
      for (String door : List.of("grpc", "http", "metrics")) {
        command.add("--" + door + "-address=127.0.0.1");
      }
      command.add("--grpc-port=" + address.port());
      command.add("--http-port=" + ports.take("Triton, HTTP", 0));
      command.add("--metrics-port=" + ports.take("Triton, metrics", 0));
      process =
          ManagedProcess.start("triton", command, Map.of("PYTHONDONTWRITEBYTECODE", "1"), log);
      try (var readiness = new ServerReadiness(address)) {
        readiness.await(process);
      }
    }

    @Override
    public void close() throws InterruptedException {
      process.close();
    }
  }
}

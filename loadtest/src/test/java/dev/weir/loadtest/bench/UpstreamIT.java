package dev.weir.loadtest.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.worker.v1.WatchStatusRequest;
import dev.weir.proto.worker.v1.WorkerServiceGrpc;
import dev.weir.proto.worker.v1.WorkerStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The upstream, built by this system's C compiler, with a real gRPC client. */
@Timeout(120)
final class UpstreamIT {
  private static final Path SOURCE = Path.of("bench", "upstream.c").toAbsolutePath();

  @TempDir static Path folder;

  private Upstream upstream;

  @BeforeEach
  void start() throws Exception {
    Path program = folder.resolve("upstream");
    assumeTrue(hasCompiler(), "no C compiler (cc) on PATH");
    assertThat(
            run(
                "cc",
                "-O2",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-o",
                program.toString(),
                SOURCE.toString()))
        .isZero();
    upstream =
        Upstream.start(
            List.of(program.toString(), "2"), new Pinning(-1, 0), folder.resolve("upstream.log"));
  }

  @AfterEach
  void stop() {
    if (upstream != null) {
      upstream.close();
    }
  }

  private static boolean hasCompiler() throws InterruptedException {
    try {
      return run("cc", "--version") == 0;
    } catch (IOException notThere) {
      return false;
    }
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("cc.log").toFile())
        .start()
        .waitFor();
  }

  private GrpcChannel channel(int index) {
    return GrpcChannel.to(new HostAndPort("127.0.0.1", upstream.ports().get(index)), List.of());
  }

  @Test
  void bodies_of_all_sizes_are_answered_and_counted() throws Exception {
    try (GrpcChannel channel = channel(0)) {
      var stub =
          GRPCInferenceServiceGrpc.newBlockingStub(channel.channel())
              .withDeadlineAfter(60, TimeUnit.SECONDS);
      for (String word : List.of("256", "1k", "64k", "600k", "4m")) {
        ModelInferResponse answer = stub.modelInfer(BodySize.parse(word).request());
        assertThat(answer.getModelName()).isEqualTo("resnet50");
        assertThat(answer.getSerializedSize()).isEqualTo(100);
      }
    }
    assertThat(upstream.answered()).isEqualTo(5);
  }

  @Test
  void many_streams_at_a_time_are_all_answered() throws Exception {
    var request = BodySize.parse("64k").request();
    try (GrpcChannel channel = channel(1)) {
      var stub = GRPCInferenceServiceGrpc.newFutureStub(channel.channel());
      var answers = new ArrayList<Future<ModelInferResponse>>();
      for (int i = 0; i < 500; i++) {
        answers.add(stub.modelInfer(request));
      }
      for (var answer : answers) {
        assertThat(answer.get(60, TimeUnit.SECONDS).getModelName()).isEqualTo("resnet50");
      }
    }
    assertThat(upstream.answered()).isEqualTo(500);
  }

  @Test
  void a_router_that_watches_gets_the_ports_status_again_and_again() throws Exception {
    upstream.becomeWorkers();
    try (GrpcChannel channel = channel(1)) {
      Iterator<WorkerStatus> watch =
          WorkerServiceGrpc.newBlockingStub(channel.channel())
              .withDeadlineAfter(60, TimeUnit.SECONDS)
              .watchStatus(WatchStatusRequest.newBuilder().setWatcher("router test").build());
      WorkerStatus expected = BenchSnapshot.worker("bench-worker-1", upstream.ports().get(1));
      for (int i = 0; i < 3; i++) {
        assertThat(watch.next()).isEqualTo(expected);
      }
    }
    assertThat(upstream.answered()).isZero();
  }
}

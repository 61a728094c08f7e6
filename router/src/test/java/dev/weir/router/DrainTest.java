package dev.weir.router;

import static dev.weir.router.RunningRouter.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.monitor.v1.OutcomeCell;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrainTest {
  @TempDir Path data;

  @SuppressWarnings("NullAway.Init")
  private Mesh mesh;

  @AfterEach
  void stop() {
    mesh.close();
  }

  @Test
  void a_router_that_is_told_to_stop_says_so_finishes_what_it_has_and_reports_it()
      throws Exception {
    mesh = new Mesh(data, Snapshots.of(1, Snapshots.single("fraud", "1")), "fraud/1");
    var taken = new CountDownLatch(1);
    var finish = new CountDownLatch(1);
    mesh.worker(1).behaviour =
        (request, answer) -> {
          taken.countDown();
          finish.await();
          FakeWorker.echo(request, answer);
        };
    Iterator<HealthCheckResponse> health =
        HealthGrpc.newBlockingStub(mesh.router.channel)
            .watch(HealthCheckRequest.newBuilder().setService("fraud").build());
    assertThat(health.next().getStatus()).isEqualTo(ServingStatus.SERVING);
    Future<ModelInferResponse> answer =
        GRPCInferenceServiceGrpc.newFutureStub(mesh.router.channel).modelInfer(request("fraud"));
    assertThat(taken.await(10, TimeUnit.SECONDS)).isTrue();

    Thread stopping = Thread.ofVirtual().start(mesh.router.resources::close);
    assertThat(health.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
    finish.countDown();

    assertThat(answer.get().getModelVersion()).isEqualTo("1");
    stopping.join();
    assertThat(mesh.monitor.cells().stream().mapToLong(OutcomeCell::getStarted).sum()).isEqualTo(1);
  }
}

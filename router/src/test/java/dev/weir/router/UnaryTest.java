package dev.weir.router;

import static dev.weir.router.RunningRouter.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnaryTest {
  @TempDir Path data;
  private final FakeRegistry registry = new FakeRegistry();
  private final FakeMonitor monitor = new FakeMonitor();
  private final FakeWorker worker = new FakeWorker("worker-1", "fraud/1");
  private RunningRouter router;

  @BeforeEach
  void start() {
    registry.publish(Snapshots.of(1, Snapshots.single("fraud", "1")));
    router =
        new RunningRouter(
            data,
            registry.address(),
            monitor.address(),
            new FakeDiscovery(List.of(FakeDiscovery.instance(worker))));
    router.awaitServing("fraud");
  }

  @AfterEach
  void stop() {
    router.close();
    worker.close();
    registry.close();
    monitor.close();
  }

  @Test
  void a_request_is_answered_by_the_worker_and_told_its_version() {
    ModelInferRequest request =
        request("fraud").toBuilder().addRawInputContents(ByteString.copyFromUtf8("tensor")).build();

    ModelInferResponse answer = router.client().modelInfer(request);

    assertThat(answer.getModelVersion()).isEqualTo("1");
    assertThat(answer.getRawOutputContents(0).toStringUtf8()).isEqualTo("tensor");
    assertThat(worker.seen.getFirst().request().getModelVersion()).isEqualTo("1");
    assertThat(worker.seen.getFirst().assignment().getRoute()).isEqualTo("fraud");
  }
}

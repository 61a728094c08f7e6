package dev.weir.router;

import static dev.weir.router.RunningRouter.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.grpc.MeshMetadata;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.route.v1.RetryPolicy;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.worker.v1.WorkerState;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetryTest {
  private static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

  @TempDir Path data;

  @SuppressWarnings("NullAway.Init")
  private Mesh mesh;

  @AfterEach
  void stop() {
    mesh.close();
  }

  private void start(Route route, String... workers) {
    mesh = new Mesh(data, Snapshots.of(1, route), workers);
  }

  @Test
  void what_one_worker_does_not_take_another_answers() {
    start(Snapshots.single("fraud", "1"), "fraud/1", "fraud/1");
    mesh.worker(1).behaviour = FakeWorker.failing(Status.UNAVAILABLE.withDescription("draining"));

    for (int i = 0; i < 20; i++) {
      Mesh.Answer answer = mesh.infer(request("fraud"));
      assertThat(answer.response().getModelVersion()).isEqualTo("1");
    }
    assertThat(mesh.worker(2).seen).hasSize(20);
    assertThat(mesh.worker(1).seen).as("tried, then ejected").hasSizeBetween(1, 10);
    assertThat(mesh.worker(2).seen.getFirst().assignment().getAttempt()).isBetween(1, 2);
  }

  @Test
  void a_cancellation_that_was_not_the_clients_is_retried_too() {
    start(Snapshots.single("fraud", "1"), "fraud/1", "fraud/1");
    mesh.worker(1).behaviour = FakeWorker.failing(Status.CANCELLED);

    for (int i = 0; i < 10; i++) {
      mesh.infer(request("fraud"));
    }
    assertThat(mesh.worker(2).seen).hasSize(10);
  }

  @Test
  void a_worker_that_wants_no_retry_gets_none() {
    start(Snapshots.single("fraud", "1"), "fraud/1", "fraud/1");
    var never = new Metadata();
    never.put(PUSHBACK, "-1");
    mesh.workers.forEach(w ->
        w.behaviour = (request, answer) -> answer.onError(Status.UNAVAILABLE.asException(never)));

    mesh.failure(request("fraud"));

    assertThat(mesh.worker(1).seen.size() + mesh.worker(2).seen.size()).isEqualTo(1);
  }

  @Test
  void a_try_that_hangs_is_given_up_for_another_worker_when_the_route_bounds_it() {
    start(
        Snapshots.single("fraud", "1").toBuilder()
            .setRetry(
                RetryPolicy.newBuilder()
                    .setPerTryTimeout(
                        com.google.protobuf.Duration.newBuilder().setNanos(200_000_000)))
            .build(),
        "fraud/1",
        "fraud/1");
    mesh.worker(1).behaviour = (request, answer) -> {};

    for (int i = 0; i < 4; i++) {
      assertThat(mesh.infer(request("fraud")).response().getModelVersion()).isEqualTo("1");
    }
    assertThat(mesh.worker(2).seen).hasSize(4);
    assertThat(
            mesh.worker(2)
                .seen
                .getFirst()
                .deadline()
                .orElseThrow()
                .timeRemaining(TimeUnit.MILLISECONDS))
        .as("the worker knows how long this try may take")
        .isLessThanOrEqualTo(200);
  }

  @Test
  void other_errors_are_the_models_answer() {
    start(Snapshots.single("fraud", "1"), "fraud/1", "fraud/1");
    mesh.workers.forEach(w -> w.behaviour = FakeWorker.failing(Status.INTERNAL));

    mesh.failure(request("fraud"));

    assertThat(mesh.worker(1).seen.size() + mesh.worker(2).seen.size()).isEqualTo(1);
  }

  @Test
  void the_routes_number_of_tries_is_kept() {
    start(
        Snapshots.single("fraud", "1").toBuilder().setMaxAttempts(1).build(), "fraud/1", "fraud/1");
    mesh.workers.forEach(w -> w.behaviour = FakeWorker.failing(Status.UNAVAILABLE));

    mesh.failure(request("fraud"));

    assertThat(mesh.worker(1).seen.size() + mesh.worker(2).seen.size()).isEqualTo(1);
  }

  /** The table's first line: no request that another ready worker could have served fails. */
  @Test
  void a_worker_that_is_killed_under_load_fails_no_request()
      throws InterruptedException, ExecutionException {
    start(Snapshots.single("fraud", "1"), "fraud/1", "fraud/1");
    var stub = GRPCInferenceServiceGrpc.newFutureStub(mesh.router.channel);
    var inFirst = new CountDownLatch(10);
    mesh.worker(1).behaviour = (request, answer) -> inFirst.countDown();
    List<Future<ModelInferResponse>> answers = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      answers.add(stub.modelInfer(request("fraud")));
    }
    assertThat(inFirst.await(10, TimeUnit.SECONDS)).isTrue();

    mesh.worker(1).kill();

    for (int i = 0; i < 200; i++) {
      answers.add(stub.modelInfer(request("fraud")));
    }
    for (Future<ModelInferResponse> answer : answers) {
      assertThat(answer.get().getModelVersion()).isEqualTo("1");
    }
    mesh.router.awaitReadyWorkers(1);
  }

  @Test
  void a_draining_worker_gets_no_new_requests_and_finishes_those_it_has() throws Exception {
    start(Snapshots.single("fraud", "1"), "fraud/1", "fraud/1");
    var taken = new CountDownLatch(1);
    var finish = new CountDownLatch(1);
    FakeWorker draining = mesh.worker(1);
    draining.behaviour =
        (request, answer) -> {
          taken.countDown();
          finish.await();
          FakeWorker.echo(request, answer);
        };
    var stub = GRPCInferenceServiceGrpc.newFutureStub(mesh.router.channel);
    List<Future<ModelInferResponse>> answers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      answers.add(stub.modelInfer(request("fraud")));
    }
    assertThat(taken.await(10, TimeUnit.SECONDS)).isTrue();
    draining.say(WorkerState.DRAINING, "fraud/1");
    mesh.router.awaitReadyWorkers(1);
    int had = draining.seen.size();

    for (int i = 0; i < 20; i++) {
      mesh.infer(request("fraud"));
    }
    finish.countDown();

    for (Future<ModelInferResponse> answer : answers) {
      assertThat(answer.get().getModelVersion()).isEqualTo("1");
    }
    assertThat(draining.seen).hasSize(had);
  }

  @Test
  void without_any_worker_the_model_is_named() {
    start(Snapshots.single("fraud", "1"), "fraud/1");
    mesh.worker(1).kill();
    mesh.router.awaitHealth("fraud", ServingStatus.NOT_SERVING);

    StatusRuntimeException failure = mesh.failure(request("fraud"));

    Status status = failure.getStatus();
    assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(status.getDescription())
        .isEqualTo("Request for model 'fraud': no ready worker has version 1");
    assertThat(String.valueOf(failure.getTrailers().get(PUSHBACK))).isEqualTo("100");
    assertThat(mesh.router.health("")).isEqualTo(ServingStatus.NOT_SERVING);
  }

  @Test
  void a_worker_that_comes_back_takes_requests_again() {
    start(Snapshots.single("fraud", "1"), "fraud/1");
    mesh.worker(1).kill();
    mesh.router.awaitHealth("fraud", ServingStatus.NOT_SERVING);
    mesh.workers.add(new FakeWorker("worker-1", "fraud/1"));
    mesh.discovery.say(List.of(FakeDiscovery.instance(mesh.worker(2))));
    mesh.router.awaitServing("fraud");

    assertThat(mesh.infer(request("fraud")).response().getModelVersion()).isEqualTo("1");
  }

  @Test
  void the_baseline_answers_for_a_canary_that_no_worker_has() {
    start(Snapshots.canary("fraud", 10_000).build(), "fraud/1");

    Mesh.Answer answer = mesh.infer(request("fraud"));

    assertThat(answer.header(MeshMetadata.REASON)).isEqualTo("fallback");
    assertThat(answer.header(MeshMetadata.SERVED_VERSION)).isEqualTo("fraud/1");
    assertThat(mesh.worker(1).seen.getFirst().assignment().getUnit()).isZero();
  }

  @Test
  void the_deadline_is_passed_on_and_kept() {
    start(Snapshots.single("fraud", "1"), "fraud/1");
    mesh.worker(1).behaviour = (request, answer) -> {};

    try {
      mesh.router
          .client()
          .withDeadline(Deadline.after(300, TimeUnit.MILLISECONDS))
          .modelInfer(request("fraud"));
    } catch (io.grpc.StatusRuntimeException e) {
      assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    }
    assertThat(mesh.worker(1).seen.getFirst().deadline()).isPresent();
  }

  @Test
  void the_routes_timeout_ends_a_request_that_has_no_deadline() {
    start(
        Snapshots.single("fraud", "1").toBuilder()
            .setTimeout(com.google.protobuf.Duration.newBuilder().setNanos(200_000_000))
            .build(),
        "fraud/1",
        "fraud/1");
    mesh.workers.forEach(w -> w.behaviour = (request, answer) -> {});

    assertThat(mesh.failure(request("fraud")).getStatus().getCode())
        .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(mesh.worker(1).seen.size() + mesh.worker(2).seen.size())
        .as("a deadline is not retried")
        .isEqualTo(1);
  }

  @Test
  void a_cancelled_request_is_cancelled_at_the_worker() throws InterruptedException {
    start(Snapshots.single("fraud", "1"), "fraud/1");
    var taken = new CountDownLatch(1);
    mesh.worker(1).behaviour = (request, answer) -> taken.countDown();
    var call = new CancellableCall();
    GRPCInferenceServiceGrpc.newStub(mesh.router.channel).modelInfer(request("fraud"), call);
    assertThat(taken.await(10, TimeUnit.SECONDS)).isTrue();

    call.requests.cancel("enough", null);

    assertThat(mesh.worker(1).cancelled.await(10, TimeUnit.SECONDS)).isTrue();
  }

  private static final class CancellableCall
      implements ClientResponseObserver<ModelInferRequest, ModelInferResponse> {
    @SuppressWarnings("NullAway.Init")
    private ClientCallStreamObserver<ModelInferRequest> requests;

    @Override
    public void beforeStart(ClientCallStreamObserver<ModelInferRequest> stream) {
      requests = stream;
    }

    @Override
    public void onNext(ModelInferResponse value) {}

    @Override
    public void onError(Throwable t) {}

    @Override
    public void onCompleted() {}
  }
}

package dev.weir.router;

import static dev.weir.router.RunningRouter.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Route;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the monitor is told. */
class OutcomeTest {
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

  private long sum(Predicate<OutcomeCell> which, ToLongFunction<OutcomeCell> count) {
    return mesh.monitor.cells().stream().filter(which).mapToLong(count).sum();
  }

  private void awaitStarted(long requests) {
    Awaitility.await().until(() -> sum(c -> true, OutcomeCell::getStarted) >= requests);
    assertThat(sum(c -> true, OutcomeCell::getStarted)).isEqualTo(requests);
  }

  private static boolean isCanary(OutcomeCell cell) {
    return cell.getKey().getArm() == Arm.ARM_CANARY;
  }

  private static long errors(OutcomeCell cell, Status.Code code) {
    return cell.getErrorsOrDefault(code.value(), 0);
  }

  @Test
  void every_request_is_counted_once_under_its_arm_and_probability() {
    start(Snapshots.canary("fraud", 2_500).build(), "fraud/1 fraud/2");
    for (int i = 0; i < 200; i++) {
      mesh.infer(request("fraud"));
    }
    awaitStarted(200);

    long canaries = sum(OutcomeTest::isCanary, OutcomeCell::getStarted);
    long seenByWorker =
        mesh.worker(1).seen.stream().filter(s -> s.assignment().getArm() == Arm.ARM_CANARY).count();
    assertThat(canaries).isEqualTo(seenByWorker).isBetween(20L, 85L);
    assertThat(mesh.monitor.cells())
        .allSatisfy(cell -> {
          assertThat(cell.getKey().getCanaryProbability()).isEqualTo(0.25);
          assertThat(cell.getKey().getRolloutId()).isEqualTo("rollout-1");
          assertThat(cell.getKey().getRolloutStep()).isEqualTo(2);
          assertThat(cell.getExemplarTraceIdsList())
              .as("traces are all sampled in these tests")
              .isNotEmpty()
              .allMatch(id -> id.matches("[0-9a-f]{32}"));
        });
  }

  @Test
  void errors_are_counted_by_their_final_status() {
    start(Snapshots.canary("fraud", 10_000).build(), "fraud/1 fraud/2");
    mesh.worker(1).behaviour = FakeWorker.failing(Status.INTERNAL);
    for (int i = 0; i < 5; i++) {
      mesh.failure(request("fraud"));
    }
    awaitStarted(5);

    assertThat(sum(OutcomeTest::isCanary, c -> errors(c, Status.Code.INTERNAL))).isEqualTo(5);
  }

  @Test
  void pinned_requests_are_no_units() {
    start(Snapshots.canary("fraud", 5_000).build(), "fraud/1 fraud/2");
    mesh.infer(request("fraud").toBuilder().setModelVersion("2").build());
    awaitStarted(1);

    OutcomeCell cell = mesh.monitor.cells().getFirst();
    assertThat(cell.getKey().getArm()).isEqualTo(Arm.ARM_UNSPECIFIED);
    assertThat(cell.getKey().getVersion()).isEqualTo("2");
    assertThat(cell.getKey().getCanaryProbability()).isZero();
  }

  @Test
  void a_canary_that_cannot_be_reached_counts_as_unavailable_although_the_client_is_answered() {
    start(Snapshots.canary("fraud", 10_000).build(), "fraud/1");
    for (int i = 0; i < 4; i++) {
      mesh.infer(request("fraud"));
    }
    awaitStarted(8);

    assertThat(sum(OutcomeTest::isCanary, c -> errors(c, Status.Code.UNAVAILABLE))).isEqualTo(4);
    assertThat(sum(c -> c.getKey().getArm() == Arm.ARM_UNSPECIFIED, OutcomeCell::getStarted))
        .as("the answers of the baseline, no units")
        .isEqualTo(4);
  }

  @Test
  void a_canary_that_refuses_falls_back_and_counts_as_unavailable() {
    start(Snapshots.canary("fraud", 10_000).build(), "fraud/1 fraud/2");
    mesh.worker(1).behaviour =
        (request, answer) -> {
          if (request.getModelVersion().equals("2")) {
            answer.onError(Status.UNAVAILABLE.asException());
          } else {
            FakeWorker.echo(request, answer);
          }
        };

    assertThat(mesh.infer(request("fraud")).response().getModelVersion()).isEqualTo("1");
    awaitStarted(2);
    assertThat(sum(OutcomeTest::isCanary, c -> errors(c, Status.Code.UNAVAILABLE))).isEqualTo(1);
  }

  @Test
  void an_unsampled_context_is_passed_on_unchanged_and_a_sampled_one_continued() {
    start(Snapshots.single("fraud", "1"), "fraud/1");
    String trace = "0af7651916cd43dd8448eb211c80319c";
    var unsampled = new Metadata();
    Metadata.Key<String> key = Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);
    unsampled.put(key, "00-" + trace + "-b7ad6b7169203331-00");
    var sampled = new Metadata();
    sampled.put(key, "00-" + trace + "-b7ad6b7169203331-01");

    mesh.infer(request("fraud"), unsampled);
    mesh.infer(request("fraud"), sampled);

    assertThat(mesh.worker(1).seen.get(0).headers().getAll(key))
        .containsExactly("00-" + trace + "-b7ad6b7169203331-00");
    assertThat(mesh.worker(1).seen.get(1).headers().getAll(key))
        .singleElement()
        .asString()
        .startsWith("00-" + trace + "-")
        .endsWith("-01")
        .doesNotContain("b7ad6b7169203331");
  }
}

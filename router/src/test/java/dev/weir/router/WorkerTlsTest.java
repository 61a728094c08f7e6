package dev.weir.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.grpc.MeshMetadata;
import dev.weir.platform.tls.ClientTlsConfig;
import dev.weir.platform.tls.TestAuthority;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.router.balance.WorkerHealth;
import io.grpc.Metadata;
import io.grpc.ServerCredentials;
import io.grpc.Status;
import io.grpc.TlsServerCredentials;
import io.grpc.TlsServerCredentials.ClientAuth;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Encrypted connections from the router to workers that ask for its certificate. */
@Timeout(60)
class WorkerTlsTest {
  private static final TestAuthority AUTHORITY = new TestAuthority("Test CA");
  private static final TestAuthority STRANGER = new TestAuthority("Other CA");

  @TempDir Path folder;
  private @Nullable Mesh running;

  @AfterEach
  void stop() {
    if (running != null) {
      running.close();
    }
  }

  private ServerCredentials worker(TestAuthority issuer) throws IOException {
    TestAuthority.PemFiles own = issuer.write(folder, "worker", issuer.issue(b -> b));
    TestAuthority.PemFiles clients = AUTHORITY.write(folder, "clients", AUTHORITY.issue(b -> b));
    return TlsServerCredentials.newBuilder()
        .keyManager(own.certificate().toFile(), own.key().toFile())
        .trustManager(clients.cas().toFile())
        .clientAuth(ClientAuth.REQUIRE)
        .build();
  }

  /** The router's, which trusts workers of the authority. */
  private ClientTlsConfig router(@Nullable TestAuthority issuer) {
    TestAuthority.PemFiles own =
        AUTHORITY.write(
            folder,
            "router",
            (issuer == null ? AUTHORITY : issuer).issueSpiffe("spiffe://mesh/router"));
    boolean shows = issuer != null;
    return new ClientTlsConfig(
        true,
        own.cas(),
        shows ? own.certificate() : Path.of(""),
        shows ? own.key() : Path.of(""),
        "",
        Duration.ofMillis(100));
  }

  private Mesh mesh(ClientTlsConfig router, ServerCredentials worker) {
    RunningRouter.Security none = RunningRouter.Security.none();
    var security =
        new RunningRouter.Security(none.listener(), none.identity(), none.client(), router, worker);
    Mesh started =
        Mesh.unawaited(
            security,
            folder.resolve("data"),
            Snapshots.of(1, Snapshots.single("fraud", "1")),
            "fraud/1");
    running = started;
    return started;
  }

  private static void awaitSuspicion(Mesh mesh, String word) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(5))
        .until(() ->
            mesh.router.workers.workers().stream()
                .anyMatch(w ->
                    w.health() instanceof WorkerHealth.Suspect(var reason, var _)
                        && reason.contains("TLS: ")
                        && reason.contains(word)));
  }

  @Test
  void requestsAndAnswersGoThrough() throws IOException {
    Mesh mesh = mesh(router(AUTHORITY), worker(AUTHORITY));
    mesh.awaitWorkers();
    ModelInferRequest request = RunningRouter.request("fraud");

    Mesh.Answer answer = mesh.infer(request, new Metadata());

    assertThat(answer.response())
        .isEqualTo(FakeWorker.answerTo(request.toBuilder().setModelVersion("1").build()).build());
    assertThat(mesh.worker(1).seen.getLast().headers().containsKey(MeshMetadata.ASSIGNMENT))
        .isTrue();
  }

  @Test
  void aWorkerOfAnotherAuthorityGetsNothingAndTheReasonIsSaid() throws IOException {
    Mesh mesh = mesh(router(AUTHORITY), worker(STRANGER));

    awaitSuspicion(mesh, "unable to find valid certification path");

    assertThat(mesh.failure(RunningRouter.request("fraud")).getStatus().getCode())
        .isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(mesh.worker(1).seen).isEmpty();
    mesh.router.awaitMetric("weir_tls_failures_total", "what=\"tls\"", 1);
  }

  @Test
  void aWorkerThatAcceptsOthersIsNotUsedAndTheReasonIsSaid() throws IOException {
    awaitSuspicion(mesh(router(null), worker(AUTHORITY)), "Received fatal alert");
  }

  @Test
  void aPlainWorkerIsNotTalkedTo() {
    Mesh mesh = mesh(router(AUTHORITY), RunningRouter.Security.none().worker());

    awaitSuspicion(mesh, "the peer does not speak TLS");

    assertThat(mesh.worker(1).seen).isEmpty();
  }

  @Test
  void aNewAuthorityIsTrustedWithoutARestartWhileCallsRun() throws IOException {
    ClientTlsConfig router = router(AUTHORITY);
    Mesh mesh = mesh(router, worker(AUTHORITY));
    mesh.awaitWorkers();
    var second = new FakeWorker(worker(STRANGER), "worker-2", "fraud/1");
    mesh.workers.add(second);
    mesh.listWorkers();
    awaitSuspicion(mesh, "unable to find valid certification path");

    TestAuthority.write(
        router.trustedCas(),
        AUTHORITY.root().getCertificatePEM() + STRANGER.root().getCertificatePEM());

    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> {
          mesh.infer(RunningRouter.request("fraud"));
          return !second.seen.isEmpty();
        });
  }
}

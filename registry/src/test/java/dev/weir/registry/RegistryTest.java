package dev.weir.registry;

import static dev.weir.registry.RegistryFixture.MODEL_BYTES;
import static dev.weir.registry.RegistryFixture.alias;
import static dev.weir.registry.RegistryFixture.route;
import static dev.weir.registry.RegistryFixture.spec;
import static dev.weir.registry.RegistryFixture.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import dev.weir.platform.lifecycle.StartFailure;
import dev.weir.proto.registry.v1.Artifact;
import dev.weir.proto.registry.v1.AuditEntry;
import dev.weir.proto.registry.v1.FetchArtifactRequest;
import dev.weir.proto.registry.v1.ListAuditRequest;
import dev.weir.proto.registry.v1.ListVersionsRequest;
import dev.weir.proto.registry.v1.PushVersionRequest;
import dev.weir.proto.registry.v1.PushVersionResponse;
import dev.weir.proto.registry.v1.SetAliasRequest;
import dev.weir.proto.registry.v1.SteerRolloutRequest;
import dev.weir.proto.route.v1.Placement;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.proto.route.v1.Variant;
import dev.weir.proto.route.v1.Verdict;
import dev.weir.proto.route.v1.VerdictState;
import dev.weir.proto.worker.v1.VersionState;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The registry through its gRPC door, with a real database. */
final class RegistryTest {
  @TempDir Path folder;
  private RegistryFixture registry;

  @BeforeEach
  void open() throws IOException {
    registry = new RegistryFixture(folder);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private void restart() throws IOException {
    registry.close();
    registry = new RegistryFixture(folder, registry.clock);
  }

  private static void assertRefused(Throwable error, Status.Code code, String message) {
    assertThat(error).isInstanceOf(StatusRuntimeException.class);
    Status status = ((StatusRuntimeException) error).getStatus();
    assertThat(status.getCode()).isEqualTo(code);
    assertThat(status.getDescription()).contains(message);
  }

  private List<AuditEntry> audit() {
    return registry.rollouts.listAudit(ListAuditRequest.getDefaultInstance()).getEntriesList();
  }

  private static Verdict.Builder verdict(Rollout rollout, VerdictState state) {
    return Verdict.newBuilder()
        .setRolloutId(rollout.getId())
        .setState(state)
        .setRolloutStep(rollout.getStep())
        .setExplanation("errors 12 % against 0 %");
  }

  private Rollout begun(int... shares) {
    registry.push("1");
    registry.push("2");
    var unused = registry.put(route("1"));
    Rollout rollout = registry.start(spec("2", shares));
    registry.report("worker-1", "2", VersionState.AVAILABLE);
    return registry.rollout(rollout.getId());
  }

  @Test
  void a_pushed_version_comes_back_with_its_bytes() {
    PushVersionResponse response =
        registry.tryPush(version("1").build(), new byte[] {1, 2}, new byte[] {3, 4, 5}).value();
    assertThat(response.getCreated()).isTrue();
    Artifact artifact = response.getVersion().getArtifact();
    assertThat(artifact.getSizeBytes()).isEqualTo(5);
    var fetched = new ByteArrayOutputStream();
    registry
        .models
        .fetchArtifact(FetchArtifactRequest.newBuilder().setSha256(artifact.getSha256()).build())
        .forEachRemaining(part -> fetched.writeBytes(part.getChunk().toByteArray()));
    assertThat(fetched.toByteArray()).isEqualTo(MODEL_BYTES);
    assertThat(
            registry
                .models
                .listVersions(ListVersionsRequest.newBuilder().setModel("fraud").build())
                .getVersionsList())
        .containsExactly(response.getVersion());
  }

  @Test
  void pushing_again_changes_nothing_and_other_bytes_are_refused() {
    registry.tryPush(version("1").build(), MODEL_BYTES);
    long revision = registry.newest().getRevision();
    assertThat(registry.tryPush(version("1").build(), MODEL_BYTES).value().getCreated()).isFalse();
    assertThat(registry.newest().getRevision()).isEqualTo(revision);
    assertRefused(
        registry.tryPush(version("1").build(), new byte[] {9}).error(),
        Status.Code.ALREADY_EXISTS,
        "versions never change, push the next number");
  }

  @Test
  void bad_pushes_are_refused_by_the_field_that_is_wrong_and_leave_no_bytes() throws IOException {
    assertRefused(
        registry.tryPush(version("007").build(), MODEL_BYTES).error(),
        Status.Code.INVALID_ARGUMENT,
        "header.version: 007 (expected: a positive decimal number without leading zeros, at most"
            + " 18 digits), from PushVersion");
    assertRefused(
        registry
            .tryPush(
                version("1")
                    .setArtifact(Artifact.newBuilder().setFormat("onnx").setSha256("0".repeat(64)))
                    .build(),
                MODEL_BYTES)
            .error(),
        Status.Code.INVALID_ARGUMENT,
        "header.artifact.sha256: 0000");
    assertRefused(
        registry.tryPush(version("1").build()).error(),
        Status.Code.INVALID_ARGUMENT,
        "artifact size in bytes: 0 (expected: at least 1)");
    assertRefused(
        registry.tryPush(version("1").build(), new byte[0]).error(),
        Status.Code.INVALID_ARGUMENT,
        "chunk size in bytes: 0 (expected: 1 to 1048576)");
    try (Stream<Path> left = Files.walk(folder.resolve("artifacts"))) {
      assertThat(left.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @Test
  void a_silent_upload_ends_and_frees_its_slot() {
    var replied = new Replied<PushVersionResponse>();
    var requests = registry.uploads.pushVersion(replied);
    requests.onNext(PushVersionRequest.newBuilder().setHeader(version("1")).build());
    registry.clock.advance(Duration.ofSeconds(59));
    requests.onNext(
        PushVersionRequest.newBuilder().setChunk(ByteString.copyFrom(MODEL_BYTES)).build());
    registry.clock.advance(Duration.ofSeconds(59));
    assertThat(replied.failed()).isFalse();
    registry.clock.advance(Duration.ofSeconds(2));
    assertRefused(replied.error(), Status.Code.DEADLINE_EXCEEDED, "nothing came for 1m");
  }

  @Test
  void aliases_move_and_unknown_versions_are_named_with_the_known_ones() {
    registry.push("1");
    registry.push("2");
    var unused =
        registry.models.setAlias(
            SetAliasRequest.newBuilder().setAlias(alias("champion", "2")).build());
    assertThat(registry.newest().getAliasesList()).containsExactly(alias("champion", "2"));
    assertThatThrownBy(() ->
            registry.models.setAlias(
                SetAliasRequest.newBuilder().setAlias(alias("champion", "3")).build()))
        .satisfies(e ->
            assertRefused(
                e, Status.Code.NOT_FOUND, "version fraud/3 does not exist; model fraud has 1, 2"));
  }

  @Test
  void a_route_is_stored_with_generation_layout_and_placements() {
    registry.push("1");
    Route stored = registry.put(route("1"));
    assertThat(stored.getGeneration()).isEqualTo(1);
    assertThat(stored.getBucketsList()).hasSize(1);
    Snapshot snapshot = registry.newest();
    assertThat(snapshot.getRoutesList()).containsExactly(stored);
    assertThat(snapshot.getPlacementsList())
        .extracting(Placement::getModel, Placement::getVersion)
        .containsExactly(tuple("fraud", "1"));
    assertThat(snapshot.getVersionsList()).hasSize(1);
    assertThat(registry.put(route("1")).getGeneration()).as("nothing new").isEqualTo(1);
  }

  @Test
  void versions_with_other_signatures_do_not_share_a_route() {
    registry.push("1");
    registry.tryPush(
        version("2")
            .setSignature(
                version("2").getSignature().toBuilder()
                    .setInputs(0, RegistryFixture.tensor("features", "FP32", -1, 17)))
            .build(),
        MODEL_BYTES);
    var unused = registry.put(route("1"));
    assertThatThrownBy(() -> registry.start(spec("2")))
        .satisfies(e ->
            assertRefused(
                e,
                Status.Code.FAILED_PRECONDITION,
                "cannot share a route: inputs differ: features FP32[-1, 16] against features"
                    + " FP32[-1, 17]"));
  }

  @Test
  void a_rollout_goes_all_the_way_and_moves_the_champion() {
    Rollout rollout = begun(500, 10_000);
    assertThat(rollout.getState()).isEqualTo(RolloutState.PROGRESSING);
    Route shared = registry.newest().getRoutes(0);
    assertThat(shared.getRolloutId()).isEqualTo(rollout.getId());
    assertThat(shared.getVariantsList())
        .extracting(Variant::getName, Variant::getWeightBasisPoints)
        .containsExactly(tuple("baseline", 9_500), tuple("canary", 500));
    assertThat(registry.verdict(verdict(rollout, VerdictState.PASSING))).isEmpty();
    rollout = registry.rollout(rollout.getId());
    assertThat(rollout.getStep()).isEqualTo(1);
    assertThat(registry.verdict(verdict(rollout, VerdictState.PASSING)))
        .containsExactly(rollout.getId());
    rollout = registry.rollout(rollout.getId());
    assertThat(rollout.getState()).isEqualTo(RolloutState.COMPLETED);
    Snapshot snapshot = registry.newest();
    assertThat(snapshot.getAliasesList()).containsExactly(alias("champion", "2"));
    assertThat(snapshot.getRoutes(0).getVariantsList()).hasSize(1);
    assertThat(snapshot.getRoutes(0).getVariants(0).getVersion()).isEqualTo("2");
    assertThat(snapshot.getRoutes(0).getRolloutId()).isEmpty();
    registry.clock.advance(Duration.ofMinutes(2));
    registry.parts.driver().tick();
    assertThat(registry.newest().getPlacementsList())
        .as("the previous champion stays loaded")
        .extracting(Placement::getVersion)
        .containsExactly("1", "2");
  }

  @Test
  void a_violation_takes_the_traffic_away_before_the_report_returns() {
    Rollout rollout = begun(500, 10_000);
    long before = registry.newest().getRevision();
    assertThat(registry.verdict(verdict(rollout, VerdictState.VIOLATED)))
        .containsExactly(rollout.getId());
    Snapshot snapshot = registry.newest();
    assertThat(snapshot.getRevision()).isEqualTo(before + 1);
    Route route = snapshot.getRoutes(0);
    assertThat(route.getVariantsList()).hasSize(1);
    assertThat(route.getVariants(0).getVersion()).isEqualTo("1");
    assertThat(snapshot.getRollouts(0).getState()).isEqualTo(RolloutState.ROLLED_BACK);
    assertThat(snapshot.getRollouts(0).getVerdict().getExplanation())
        .isEqualTo("errors 12 % against 0 %");
    assertThat(audit())
        .anySatisfy(entry -> {
          assertThat(entry.getAction()).isEqualTo("rollout.rolled_back");
          assertThat(entry.getActor()).isEqualTo("monitor monitor-1");
          assertThat(entry.getDetail()).isEqualTo("errors 12 % against 0 %");
        });
    assertThat(snapshot.getPlacementsList()).hasSize(2);
    registry.clock.advance(Duration.ofSeconds(31));
    registry.parts.driver().tick();
    assertThat(registry.newest().getPlacementsList()).hasSize(1);
  }

  @Test
  void a_rollout_waits_for_the_monitor_and_says_so() {
    Rollout rollout = begun(500, 10_000);
    registry.clock.advance(Duration.ofSeconds(3));
    registry.parts.driver().tick();
    assertThat(registry.rollout(rollout.getId()).getWaitingFor())
        .isEqualTo("a fresh verdict: the monitor is not heard");
    assertThat(registry.newest().getRollouts(0).getWaitingFor())
        .isEqualTo("a fresh verdict: the monitor is not heard");
    assertThat(registry.verdict(verdict(rollout, VerdictState.UNDECIDED))).isEmpty();
    assertThat(registry.rollout(rollout.getId()).getWaitingFor()).startsWith("evidence: ");
    registry.clock.advance(Duration.ofMillis(5_001));
    registry.report("worker-1", "2", VersionState.AVAILABLE);
    registry.parts.driver().tick();
    assertThat(registry.rollout(rollout.getId()).getWaitingFor())
        .isEqualTo("a fresh verdict: the monitor is not heard");
  }

  @Test
  void a_worker_that_speaks_of_an_earlier_attempt_does_not_fail_the_next() {
    registry.push("1");
    registry.push("2");
    var unused = registry.put(route("1"));
    registry.report("worker-1", "2", VersionState.LOAD_FAILED);
    long before = registry.newest().getRevision();
    Rollout rollout = registry.start(spec("2"));
    registry.report("worker-1", "2", VersionState.LOAD_FAILED, before);
    assertThat(registry.rollout(rollout.getId()).getState()).isEqualTo(RolloutState.PREPARING);
    registry.report("worker-1", "2", VersionState.LOAD_FAILED);
    assertThat(registry.rollout(rollout.getId()).getState()).isEqualTo(RolloutState.FAILED);
    assertThat(registry.newest().getPlacementsList())
        .as("the next attempt is a new one for workers, too")
        .extracting(Placement::getVersion)
        .containsExactly("1");
  }

  @Test
  void a_version_that_a_route_gives_up_stays_for_requests_in_flight() {
    registry.push("1");
    registry.push("2");
    var first = registry.put(route("1"));
    var second = registry.put(route("2"));
    assertThat(second.getGeneration()).isEqualTo(first.getGeneration() + 1);
    assertThat(registry.newest().getPlacementsList()).hasSize(2);
    registry.clock.advance(Duration.ofSeconds(31));
    registry.parts.driver().tick();
    assertThat(registry.newest().getPlacementsList())
        .extracting(Placement::getVersion)
        .containsExactly("2");
  }

  @Test
  void silent_workers_do_not_count() {
    registry.push("1");
    registry.push("2");
    var unused = registry.put(route("1"));
    Rollout rollout = registry.start(spec("2"));
    registry.report("worker-2", "2", VersionState.LOADING);
    registry.clock.advance(Duration.ofSeconds(6));
    registry.report("worker-1", "2", VersionState.AVAILABLE);
    assertThat(registry.rollout(rollout.getId()).getState()).isEqualTo(RolloutState.PREPARING);
    registry.clock.advance(Duration.ofMillis(1));
    registry.parts.driver().tick();
    assertThat(registry.rollout(rollout.getId()).getState()).isEqualTo(RolloutState.PROGRESSING);
  }

  @Test
  void while_a_rollout_owns_a_route_others_are_refused() {
    Rollout rollout = begun(500, 10_000);
    registry.push("3");
    assertThatThrownBy(() -> registry.put(route("1")))
        .satisfies(e -> assertRefused(e, Status.Code.FAILED_PRECONDITION, "is owned by rollout"));
    assertThatThrownBy(() -> registry.start(spec("3")))
        .satisfies(e -> assertRefused(e, Status.Code.FAILED_PRECONDITION, rollout.getId()));
    Rollout aborted =
        registry
            .rollouts
            .steerRollout(
                SteerRolloutRequest.newBuilder()
                    .setRolloutId(rollout.getId())
                    .setCommand(SteerRolloutRequest.Command.ABORT)
                    .setReason("lunch")
                    .build())
            .getRollout();
    assertThat(aborted.getState()).isEqualTo(RolloutState.ABORTED);
    assertThat(aborted.getReason()).isEqualTo("aborted by ada: lunch");
    assertThat(registry.put(route("1")).getVariants(0).getName()).isEqualTo("main");
  }

  @Test
  void a_restart_goes_on_where_it_was_and_revisions_never_go_back() throws IOException {
    Rollout rollout = begun(500, 10_000);
    registry.clock.advance(Duration.ofSeconds(1));
    registry.parts.driver().tick();
    Snapshot before = registry.newest();
    restart();
    Snapshot after = registry.newest();
    assertThat(after.getEpoch()).isEqualTo(before.getEpoch());
    assertThat(after.getRevision()).isGreaterThan(before.getRevision());
    assertThat(after.getRoutesList()).isEqualTo(before.getRoutesList());
    Rollout again = registry.rollout(rollout.getId());
    assertThat(again.getState()).isEqualTo(RolloutState.PROGRESSING);
    assertThat(registry.verdict(verdict(again, VerdictState.PASSING))).isEmpty();
    assertThat(registry.rollout(rollout.getId()).getStep())
        .as("workers must be heard anew")
        .isZero();
    registry.report("worker-1", "2", VersionState.AVAILABLE);
    registry.parts.driver().tick();
    assertThat(registry.rollout(rollout.getId()).getStep()).isEqualTo(1);
  }

  @Test
  void the_audit_log_tells_the_story() {
    Rollout rollout = begun(500, 10_000);
    assertThat(audit())
        .extracting(AuditEntry::getAction, AuditEntry::getSubject, AuditEntry::getActor)
        .containsExactly(
            tuple("version.pushed", "version fraud/1", "ada"),
            tuple("version.pushed", "version fraud/2", "ada"),
            tuple("route.put", "route fraud", "ada"),
            tuple("rollout.started", "rollout " + rollout.getId(), "ada"),
            tuple("rollout.step_entered", "rollout " + rollout.getId(), "registry"),
            tuple("route.put", "route fraud", "registry"));
    assertThat(audit().getFirst().getHash()).hasSize(64);
  }

  @Test
  void a_changed_log_is_noticed_at_the_next_start() throws IOException, SQLException {
    registry.push("1");
    registry.close();
    tamper("UPDATE audit SET actor = 'nobody' WHERE sequence = 1");
    assertThatThrownBy(() -> new RegistryFixture(folder))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("does not add up: entry 1 does not match its hash")
        .hasMessageContaining("restore the database from a backup");
  }

  @Test
  void a_cut_log_and_a_changed_table_are_noticed_too() throws IOException, SQLException {
    registry.push("1");
    registry.push("2");
    var unused = registry.put(route("1"));
    registry.close();
    tamper("UPDATE route SET document = x'0a0566726175641001'");
    assertThatThrownBy(() -> new RegistryFixture(folder))
        .hasMessageContaining("its records do not lead to what the tables hold: routes differ");
    tamper("DELETE FROM audit WHERE sequence = 3");
    assertThatThrownBy(() -> new RegistryFixture(folder))
        .hasMessageContaining("it ends with entry 2, but entry 3 was written");
  }

  private void tamper(String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("registry.db"));
        Statement statement = connection.createStatement()) {
      statement.execute("DROP TRIGGER IF EXISTS audit_is_append_only_update");
      statement.execute("DROP TRIGGER IF EXISTS audit_is_append_only_delete");
      statement.execute(sql);
    }
  }

  @Test
  void the_log_cannot_be_changed_by_accident() {
    registry.push("1");
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("registry.db"));
        Statement statement = connection.createStatement()) {
      assertThatThrownBy(() -> statement.execute("UPDATE audit SET actor = 'nobody'"))
          .hasMessageContaining("the audit log is append-only");
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }
}

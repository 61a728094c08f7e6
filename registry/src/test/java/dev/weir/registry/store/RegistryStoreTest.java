package dev.weir.registry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.time.Randomness;
import dev.weir.proto.registry.v1.Alias;
import dev.weir.proto.registry.v1.Artifact;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.registry.audit.AuditChain;
import dev.weir.registry.audit.AuditRecord;
import dev.weir.registry.state.RegistryRecord;
import dev.weir.registry.state.RegistryState;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RegistryStoreTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.123456Z");

  @TempDir Path folder;
  private RegistryStore store;

  @BeforeEach
  void open() {
    store = RegistryStore.open(folder.resolve("registry.db"), Randomness.seeded(1));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static RegistryRecord pushed(String number, String description) {
    return new RegistryRecord.VersionPushed(
        ModelVersion.newBuilder()
            .setModel("fraud")
            .setVersion(number)
            .setArtifact(Artifact.newBuilder().setSha256("0".repeat(64)).setSizeBytes(1))
            .setDescription(description)
            .build());
  }

  private static RegistryRecord alias(String number) {
    return new RegistryRecord.AliasMoved(
        Alias.newBuilder().setModel("fraud").setAlias("champion").setVersion(number).build());
  }

  private Commit commit(RegistryStore.Loaded on, RegistryRecord... records) {
    RegistryState after = on.state();
    AuditChain chain = on.head().chain();
    List<Commit.Entry> entries = new ArrayList<>();
    for (RegistryRecord record : records) {
      after = after.apply(record);
      AuditRecord entry =
          chain.next(NOW, "ada", record.action(), record.subject(), "why", record.toBytes());
      chain = chain.with(entry);
      entries.add(new Commit.Entry(record, entry));
    }
    long revision = on.head().revision() + 1;
    return new Commit(on.head().revision(), revision, revision + 10, entries, after);
  }

  private RegistryStore.Loaded load() {
    return store.load(20);
  }

  @Test
  void what_is_committed_is_loaded_and_adds_up() {
    Commit commit = commit(load(), pushed("1", ""), alias("1"));
    store.commit(commit);
    RegistryStore.Loaded loaded = load();
    assertThat(loaded.state()).isEqualTo(commit.after());
    assertThat(loaded.head().revision()).isEqualTo(1);
    assertThat(loaded.head().revisionCeiling()).isEqualTo(11);
    assertThat(AuditVerification.objection(store, loaded)).isEmpty();
    assertThat(store.audit(0, 10))
        .containsExactly(commit.entries().get(0).audit(), commit.entries().get(1).audit());
    assertThat(store.audit(1, 10)).hasSize(1);
  }

  @Test
  void a_change_that_builds_on_an_old_revision_changes_nothing() {
    RegistryStore.Loaded old = load();
    store.commit(commit(old, pushed("1", "")));
    RegistryStore.Loaded before = load();
    assertThatThrownBy(() -> store.commit(commit(old, pushed("2", ""))))
        .isInstanceOf(RuntimeException.class);
    assertThat(load()).isEqualTo(before);
    assertThat(store.audit(0, 10)).hasSize(1);
  }

  @Test
  void a_full_disk_changes_nothing_and_is_said() {
    RegistryStore.Loaded before = load();
    store.limitPages();
    assertThatThrownBy(
            () -> store.commit(commit(before, pushed("1", "x".repeat(1 << 20)), alias("1"))))
        .isInstanceOfSatisfying(StoreException.class, e -> assertThat(e.isFull()).isTrue())
        .hasMessageContaining("the disk is full");
    assertThat(load()).isEqualTo(before);
    assertThat(store.audit(0, 10)).isEmpty();
  }

  @Test
  void ceilings_are_only_raised() {
    store.raiseCeiling(100);
    store.raiseCeiling(50);
    assertThat(load().head().revisionCeiling()).isEqualTo(100);
  }

  @Test
  void an_alias_cannot_point_to_nothing() {
    assertThatThrownBy(() -> store.commit(commit(load(), alias("1"))))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("FOREIGN KEY");
    assertThat(store.audit(0, 10)).isEmpty();
  }

  @Test
  void a_database_of_a_newer_weir_is_left_alone() throws SQLException {
    store.close();
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("registry.db"));
        Statement statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,"
              + " checksum, installed_by, execution_time, success)"
              + " VALUES (99, '99', 'later', 'SQL', 'V99__later.sql', 1, 'x', 1, 1)");
    }
    assertThatThrownBy(
            () -> RegistryStore.open(folder.resolve("registry.db"), Randomness.seeded(1)))
        .hasMessageContaining("cannot be used")
        .hasMessageContaining("99")
        .hasMessageContaining("start the Weir that wrote it");
  }
}

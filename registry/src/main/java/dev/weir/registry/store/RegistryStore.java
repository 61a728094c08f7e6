package dev.weir.registry.store;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weir.platform.sqlite.DurableSqlite;
import dev.weir.proto.registry.v1.Alias;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.Route;
import dev.weir.registry.audit.AuditChain;
import dev.weir.registry.audit.AuditRecord;
import dev.weir.registry.model.VersionId;
import dev.weir.registry.rollout.RolloutMachine;
import dev.weir.registry.state.RegistryRecord;
import dev.weir.registry.state.RegistryState;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/**
 * The registry's database. Writing is one transaction per durable change, by one thread at a time;
 * it is on disk when the call returns. Reading may happen at any time.
 */
public final class RegistryStore implements AutoCloseable {
  private static final DurableSqlite DATABASE =
      new DurableSqlite(
          "database",
          "dev/weir/registry/store/sqlite",
          2_000,
          "start the Weir that wrote it, restore it from a backup, or name another data folder");

  private final Jdbi jdbi;
  private final Handle writer;

  private RegistryStore(Jdbi jdbi) {
    this.jdbi = jdbi;
    this.writer = jdbi.open();
  }

  /**
   * Opens the database, creating it when it is not there.
   *
   * @param random names a new database's epoch
   * @throws dev.weir.platform.lifecycle.StartFailure when it cannot be used
   */
  public static RegistryStore open(Path file, RandomGenerator random) {
    return new RegistryStore(DATABASE.open(file, handle -> nameIfNew(handle, random)));
  }

  private static void nameIfNew(Handle handle, RandomGenerator random) {
    if (handle.createQuery("SELECT count(*) FROM registry").mapTo(Integer.class).one() > 0) {
      return;
    }
    String epoch = HexFormat.of().toHexDigits(random.nextLong());
    handle
        .createUpdate(
            """
            INSERT INTO registry (id, epoch, revision, revision_ceiling, audit_sequence, audit_hash)
            VALUES (1, :epoch, 0, 0, 0, :hash)
            """)
        .bind("epoch", epoch)
        .bind("hash", AuditChain.start(epoch).hash().toByteArray())
        .execute();
  }

  /**
   * Which database this is and where its counters stand.
   *
   * @param epoch random, chosen when the database was created
   * @param revision last durable revision
   * @param revisionCeiling highest revision that may have been published
   * @param chain head of the audit log
   */
  public record Head(String epoch, long revision, long revisionCeiling, AuditChain chain) {}

  /** What was stored before. */
  public record Loaded(Head head, RegistryState state) {}

  /** Reads everything that decisions are made from, in one transaction. */
  public Loaded load(int rolloutsKept) {
    return read(
        "state",
        handle ->
            new Loaded(
                head(handle),
                RegistryState.of(
                    documents(handle, "model_version", "model, version", ModelVersion::parseFrom),
                    aliases(handle),
                    documents(handle, "route", "name", Route::parseFrom),
                    documents(handle, "rollout", "id", Rollout::parseFrom),
                    rolloutsKept)));
  }

  private static Head head(Handle handle) {
    return handle
        .createQuery(
            "SELECT epoch, revision, revision_ceiling, audit_sequence, audit_hash FROM registry")
        .map((row, context) ->
            new Head(
                row.getString("epoch"),
                row.getLong("revision"),
                row.getLong("revision_ceiling"),
                new AuditChain(
                    row.getLong("audit_sequence"),
                    ByteString.copyFrom(row.getBytes("audit_hash")))))
        .one();
  }

  /**
   * Stores one durable change, all of it or nothing.
   *
   * @throws StoreException when it could not be stored
   * @throws IllegalStateException when the database is not what the change builds on
   */
  public void commit(Commit commit) {
    write(
        "commit",
        handle -> {
          for (Commit.Entry entry : commit.entries()) {
            apply(handle, entry.record(), commit.after());
            append(handle, entry.audit());
          }
          AuditRecord last = commit.entries().getLast().audit();
          requireOne(
              handle
                  .createUpdate(
                      """
                      UPDATE registry
                      SET revision = :revision, revision_ceiling = :ceiling,
                          audit_sequence = :sequence, audit_hash = :hash
                      WHERE revision = :expected AND audit_sequence = :sequence - :entries
                      """)
                  .bind("revision", commit.revision())
                  .bind("ceiling", commit.revisionCeiling())
                  .bind("sequence", last.sequence())
                  .bind("hash", last.hash().toByteArray())
                  .bind("expected", commit.expectedRevision())
                  .bind("entries", commit.entries().size())
                  .execute(),
              "revision " + commit.expectedRevision());
        });
  }

  /** Allows revisions up to the given one to be published for changes that are not durable. */
  public void raiseCeiling(long revisionCeiling) {
    write(
        "revision ceiling",
        handle ->
            handle
                .createUpdate(
                    """
                    UPDATE registry SET revision_ceiling = :ceiling
                    WHERE revision_ceiling < :ceiling
                    """)
                .bind("ceiling", revisionCeiling)
                .execute());
  }

  private static void apply(Handle handle, RegistryRecord record, RegistryState after) {
    switch (record) {
      case RegistryRecord.VersionPushed(var version) ->
          requireOne(
              handle
                  .createUpdate(
                      """
                      INSERT INTO model_version (model, version, sha256, size_bytes, document)
                      VALUES (:model, :version, :sha256, :size, :document)
                      """)
                  .bind("model", version.getModel())
                  .bind("version", VersionId.number("version", version.getVersion()))
                  .bind("sha256", version.getArtifact().getSha256())
                  .bind("size", version.getArtifact().getSizeBytes())
                  .bind("document", version.toByteArray())
                  .execute(),
              record.subject());
      case RegistryRecord.AliasMoved(var alias) ->
          requireOne(
              handle
                  .createUpdate(
                      """
                      INSERT INTO alias (model, alias, version) VALUES (:model, :alias, :version)
                      ON CONFLICT (model, alias) DO UPDATE SET version = excluded.version
                      """)
                  .bind("model", alias.getModel())
                  .bind("alias", alias.getAlias())
                  .bind("version", VersionId.number("version", alias.getVersion()))
                  .execute(),
              record.subject());
      case RegistryRecord.RoutePut(var route, var why) ->
          requireOne(
              handle
                  .createUpdate(
                      """
                      INSERT INTO route (name, generation, document)
                      VALUES (:name, :generation, :document)
                      ON CONFLICT (name) DO UPDATE
                      SET generation = excluded.generation, document = excluded.document
                      WHERE generation = excluded.generation - 1
                      """)
                  .bind("name", route.getName())
                  .bind("generation", route.getGeneration())
                  .bind("document", route.toByteArray())
                  .execute(),
              record.subject());
      case RegistryRecord.RolloutChanged(var id, var change) ->
          storeRollout(handle, id, after, record.subject());
    }
  }

  private static void storeRollout(Handle handle, String id, RegistryState after, String subject) {
    Rollout rollout = after.rollouts().get(id);
    if (rollout == null) {
      throw new IllegalStateException(subject + " is not in the state after its change");
    }
    requireOne(
        handle
            .createUpdate(
                """
                INSERT INTO rollout (id, route, state, active, revision, document)
                VALUES (:id, :route, :state, :active, :revision, :document)
                ON CONFLICT (id) DO UPDATE
                SET state = excluded.state, active = excluded.active,
                    revision = excluded.revision, document = excluded.document
                WHERE revision = excluded.revision - 1
                """)
            .bind("id", id)
            .bind("route", rollout.getSpec().getRoute())
            .bind("state", rollout.getState().name())
            .bind("active", RolloutMachine.isOver(rollout.getState()) ? 0 : 1)
            .bind("revision", rollout.getRevision())
            .bind("document", rollout.toByteArray())
            .execute(),
        subject);
  }

  private static void append(Handle handle, AuditRecord entry) {
    handle
        .createUpdate(
            """
            INSERT INTO audit (sequence, at_micros, actor, action, subject, detail, record, hash)
            VALUES (:sequence, :at, :actor, :action, :subject, :detail, :record, :hash)
            """)
        .bind("sequence", entry.sequence())
        .bind("at", ChronoUnit.MICROS.between(Instant.EPOCH, entry.at()))
        .bind("actor", entry.actor())
        .bind("action", entry.action())
        .bind("subject", entry.subject())
        .bind("detail", entry.detail())
        .bind("record", entry.record().toByteArray())
        .bind("hash", entry.hash().toByteArray())
        .execute();
  }

  private static void requireOne(int rows, String subject) {
    if (rows != 1) {
      throw new IllegalStateException(
          subject + " was changed by somebody else: " + rows + " rows match");
    }
  }

  /** Entries after a sequence number, oldest first, at most {@code limit}. */
  public List<AuditRecord> audit(long afterSequence, int limit) {
    return read(
        "audit log",
        handle ->
            handle
                .createQuery(
                    """
                    SELECT * FROM audit WHERE sequence > :after ORDER BY sequence LIMIT :limit
                    """)
                .bind("after", afterSequence)
                .bind("limit", limit)
                .map((row, context) -> auditRecord(row))
                .list());
  }

  /** Hands every entry of the log to {@code visitor}, oldest first, one at a time. */
  public void visitAudit(Consumer<AuditRecord> visitor) {
    read(
        "audit log",
        handle -> {
          try (Stream<AuditRecord> entries =
              handle
                  .createQuery("SELECT * FROM audit ORDER BY sequence")
                  .map((row, context) -> auditRecord(row))
                  .stream()) {
            entries.forEach(visitor);
          }
          return true;
        });
  }

  /** A rollout, also one that the state has forgotten. */
  public Optional<Rollout> rollout(String id) {
    return read(
        "rollout " + id,
        handle ->
            handle
                .createQuery("SELECT document FROM rollout WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> parse(row, Rollout::parseFrom))
                .findOne());
  }

  private static AuditRecord auditRecord(ResultSet row) throws SQLException {
    return new AuditRecord(
        row.getLong("sequence"),
        Instant.EPOCH.plus(row.getLong("at_micros"), ChronoUnit.MICROS),
        row.getString("actor"),
        row.getString("action"),
        row.getString("subject"),
        row.getString("detail"),
        ByteString.copyFrom(row.getBytes("record")),
        ByteString.copyFrom(row.getBytes("hash")));
  }

  private static List<Alias> aliases(Handle handle) {
    return handle
        .createQuery("SELECT model, alias, version FROM alias ORDER BY model, alias")
        .map((row, context) ->
            Alias.newBuilder()
                .setModel(row.getString("model"))
                .setAlias(row.getString("alias"))
                .setVersion(Long.toString(row.getLong("version")))
                .build())
        .list();
  }

  @FunctionalInterface
  private interface Parser<T> {
    T parse(byte[] bytes) throws InvalidProtocolBufferException;
  }

  private static <T> List<T> documents(
      Handle handle, String table, String order, Parser<T> parser) {
    return handle
        .createQuery("SELECT document FROM " + table + " ORDER BY " + order)
        .map((row, context) -> parse(row, parser))
        .list();
  }

  private static <T> T parse(ResultSet row, Parser<T> parser) throws SQLException {
    try {
      return parser.parse(row.getBytes("document"));
    } catch (InvalidProtocolBufferException e) {
      throw new SQLException("a stored document cannot be read: " + e.getMessage(), e);
    }
  }

  @FunctionalInterface
  private interface Reading<T> {
    T read(Handle handle);
  }

  private <T> T read(String what, Reading<T> reading) {
    try {
      return jdbi.inTransaction(reading::read);
    } catch (JdbiException e) {
      throw StoreException.of("reading the " + what, e);
    }
  }

  private void write(String what, Consumer<Handle> writing) {
    try {
      writer.useTransaction(writing::accept);
    } catch (JdbiException e) {
      throw StoreException.of("storing the " + what, e);
    }
  }

  /** Lets the database not grow beyond what it is now: a full disk, for tests. */
  void limitPages() {
    var unused = writer.createQuery("PRAGMA max_page_count = 1").mapTo(Long.class).one();
  }

  @Override
  public void close() {
    writer.close();
  }
}

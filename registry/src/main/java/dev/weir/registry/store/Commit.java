package dev.weir.registry.store;

import dev.weir.registry.audit.AuditRecord;
import dev.weir.registry.state.RegistryRecord;
import dev.weir.registry.state.RegistryState;
import java.util.List;

/**
 * One transaction: records, what the log says of them, and the state that they lead to.
 *
 * @param expectedRevision durable revision that it builds on
 * @param revision durable revision after it
 * @param revisionCeiling highest revision that may be published from now on, at least {@code
 *     revision}
 * @param entries records with their log entries, in order
 * @param after state after all of them
 */
public record Commit(
    long expectedRevision,
    long revision,
    long revisionCeiling,
    List<Entry> entries,
    RegistryState after) {
  public Commit {
    entries = List.copyOf(entries);
  }

  /** A record and its log entry. */
  public record Entry(RegistryRecord record, AuditRecord audit) {}
}

package dev.weir.registry.store;

import dev.weir.registry.audit.AuditChain;
import dev.weir.registry.audit.AuditRecord;
import dev.weir.registry.state.RegistryState;
import dev.weir.registry.state.StateReplay;
import java.util.Optional;

/**
 * Checks a database against itself: the log's hashes chain up to the head that is kept beside it,
 * and its records lead to the state in the tables.
 */
public final class AuditVerification {
  private final StateReplay replay = new StateReplay();
  private AuditChain chain;
  private Optional<String> objection = Optional.empty();

  private AuditVerification(String epoch) {
    this.chain = AuditChain.start(epoch);
  }

  /** What is wrong with a database; empty when nothing is. */
  public static Optional<String> objection(RegistryStore store, RegistryStore.Loaded loaded) {
    var verification = new AuditVerification(loaded.head().epoch());
    store.visitAudit(verification::take);
    return verification
        .objection
        .or(() -> verification.head(loaded.head().chain()))
        .or(() -> verification.state(loaded.state()));
  }

  private void take(AuditRecord entry) {
    if (objection.isPresent()) {
      return;
    }
    objection = chain.objection(entry);
    if (objection.isEmpty()) {
      chain = chain.with(entry);
      try {
        replay.take(entry);
      } catch (IllegalStateException e) {
        objection = Optional.of(String.valueOf(e.getMessage()));
      }
    }
  }

  private Optional<String> head(AuditChain head) {
    return head.equals(chain)
        ? Optional.empty()
        : Optional.of(
            "it ends with entry "
                + chain.sequence()
                + ", but entry "
                + head.sequence()
                + " was written");
  }

  private Optional<String> state(RegistryState state) {
    RegistryState replayed = replay.state(state.rolloutsKept());
    return replayed.equals(state)
        ? Optional.empty()
        : Optional.of("its records do not lead to what the tables hold: " + where(replayed, state));
  }

  private static String where(RegistryState replayed, RegistryState state) {
    if (!replayed.versions().equals(state.versions())) {
      return "versions differ";
    }
    if (!replayed.aliases().equals(state.aliases())) {
      return "aliases differ";
    }
    return replayed.routes().equals(state.routes()) ? "rollouts differ" : "routes differ";
  }
}

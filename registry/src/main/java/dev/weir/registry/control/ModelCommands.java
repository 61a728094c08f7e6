package dev.weir.registry.control;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.registry.v1.Alias;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.registry.model.Names;
import dev.weir.registry.model.ProtoTimes;
import dev.weir.registry.model.SignatureChecks;
import dev.weir.registry.model.VersionId;
import dev.weir.registry.outcome.Outcome;
import dev.weir.registry.outcome.Refusal;
import dev.weir.registry.state.RegistryRecord;
import dev.weir.registry.state.RegistryState;
import java.util.List;
import java.util.Optional;

/** Decisions about versions and aliases. Pure. */
public final class ModelCommands {
  private ModelCommands() {}

  /**
   * Adds a version whose artifact is stored. The same version with the same digest changes nothing.
   *
   * @param version checked, with digest and size of what arrived
   * @param maxVersions versions in all
   */
  public static Decider push(VersionId id, ModelVersion version, String actor, int maxVersions) {
    return situation -> {
      Optional<Outcome<List<Change>>> there = alreadyThere(situation.state(), id, version);
      if (there.isPresent()) {
        return there.get();
      }
      if (situation.state().versions().size() >= maxVersions) {
        return Outcome.refused(
            Refusal.exhausted(
                "version "
                    + id
                    + ": "
                    + maxVersions
                    + " versions are stored, the registry's limits.max-versions; raise it"));
      }
      ModelVersion stored =
          version.toBuilder()
              .setCreatedAt(ProtoTimes.timestamp(situation.now()))
              .setCreatedBy(actor)
              .build();
      return Outcome.done(
          List.of(
              new Change(
                  new RegistryRecord.VersionPushed(stored),
                  "sha256 "
                      + version.getArtifact().getSha256()
                      + ", "
                      + version.getArtifact().getSizeBytes()
                      + " bytes")));
    };
  }

  private static Optional<Outcome<List<Change>>> alreadyThere(
      RegistryState state, VersionId id, ModelVersion version) {
    return state
        .version(id)
        .map(stored ->
            stored.getArtifact().getSha256().equals(version.getArtifact().getSha256())
                ? Outcome.done(List.of())
                : Outcome.refused(
                    new Refusal(
                        Refusal.Kind.ALREADY_EXISTS,
                        "version "
                            + id
                            + " exists with sha256 "
                            + stored.getArtifact().getSha256()
                            + ", these bytes have "
                            + version.getArtifact().getSha256()
                            + "; versions never change, push the next number")));
  }

  /** Points an alias at a version. */
  public static Decider setAlias(Alias alias) {
    return situation -> {
      VersionId id;
      try {
        id = VersionId.parse("alias.model", alias.getModel(), "alias.version", alias.getVersion());
        Names.inner("alias.alias", alias.getAlias());
      } catch (InvalidValueException e) {
        return Outcome.refused(Refusal.invalid(e));
      }
      RegistryState state = situation.state();
      if (state.version(id).isEmpty()) {
        return Outcome.refused(unknownVersion(state, id));
      }
      Alias now = state.aliases().get(RegistryState.aliasKey(alias.getModel(), alias.getAlias()));
      if (now != null && now.getVersion().equals(alias.getVersion())) {
        return Outcome.done(List.of());
      }
      return Outcome.done(
          List.of(
              new Change(
                  new RegistryRecord.AliasMoved(alias),
                  "from "
                      + (now == null ? "nothing" : now.getVersion())
                      + " to "
                      + alias.getVersion())));
    };
  }

  /** A version that is not there, with those that are. */
  static Refusal unknownVersion(RegistryState state, VersionId id) {
    List<String> known =
        state
            .versions()
            .subMap(new VersionId(id.model(), 0), new VersionId(id.model(), Long.MAX_VALUE))
            .keySet()
            .stream()
            .map(VersionId::version)
            .toList();
    return Refusal.notFound(
        "version "
            + id
            + " does not exist; "
            + (known.isEmpty()
                ? "model " + id.model() + " has no versions"
                : "model "
                    + id.model()
                    + " has "
                    + String.join(
                        ", ", known.subList(Math.max(0, known.size() - 10), known.size()))));
  }

  /** Why a version cannot stand in for another; empty when clients would not notice. */
  static Optional<Refusal> incompatible(ModelVersion one, ModelVersion other) {
    return SignatureChecks.difference(one.getSignature(), other.getSignature())
        .map(difference ->
            Refusal.notNow(
                "versions "
                    + one.getModel()
                    + "/"
                    + one.getVersion()
                    + " and "
                    + other.getModel()
                    + "/"
                    + other.getVersion()
                    + " cannot share a route: "
                    + difference
                    + "; give the other signature a route of its own"));
  }
}

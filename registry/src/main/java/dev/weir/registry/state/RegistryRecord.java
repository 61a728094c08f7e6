package dev.weir.registry.state;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weir.proto.registry.v1.Alias;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.Route;
import dev.weir.registry.rollout.RolloutRecord;

/**
 * One durable change of the registry's state. Each is one entry of the audit log; applying all of
 * them in order to the empty state gives the state.
 */
public sealed interface RegistryRecord {
  /** A version and its artifact are there. */
  record VersionPushed(ModelVersion version) implements RegistryRecord {}

  /** An alias points to a version. */
  record AliasMoved(Alias alias) implements RegistryRecord {}

  /** A route has a new generation. */
  record RoutePut(Route route) implements RegistryRecord {}

  /** A rollout changed. */
  record RolloutChanged(String rolloutId, RolloutRecord record) implements RegistryRecord {}

  /** The audit log's word for it. */
  default String action() {
    return switch (this) {
      case VersionPushed v -> "version.pushed";
      case AliasMoved a -> "alias.moved";
      case RoutePut r -> "route.put";
      case RolloutChanged(var id, var record) -> record.action();
    };
  }

  /** What the audit log says it was done to. */
  default String subject() {
    return switch (this) {
      case VersionPushed(var version) ->
          "version " + version.getModel() + "/" + version.getVersion();
      case AliasMoved(var alias) -> "alias " + alias.getModel() + "/" + alias.getAlias();
      case RoutePut(var route) -> "route " + route.getName();
      case RolloutChanged(var id, var record) -> "rollout " + id;
    };
  }

  /** The machine-readable form. */
  default ByteString toBytes() {
    return switch (this) {
      case VersionPushed(var version) -> version.toByteString();
      case AliasMoved(var alias) -> alias.toByteString();
      case RoutePut(var route) -> route.toByteString();
      case RolloutChanged(var id, var record) ->
          record.toProto().toBuilder().setId(id).build().toByteString();
    };
  }

  /** Reads {@link #toBytes} back. */
  static RegistryRecord fromBytes(String action, ByteString bytes)
      throws InvalidProtocolBufferException {
    return switch (action) {
      case "version.pushed" -> new VersionPushed(ModelVersion.parseFrom(bytes));
      case "alias.moved" -> new AliasMoved(Alias.parseFrom(bytes));
      case "route.put" -> new RoutePut(Route.parseFrom(bytes));
      default -> {
        Rollout part = Rollout.parseFrom(bytes);
        yield new RolloutChanged(part.getId(), RolloutRecord.fromProto(action, part));
      }
    };
  }
}

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
  record RoutePut(Route route, RouteChange change) implements RegistryRecord {
    /** One that an operator put, or that a rollout changed. */
    public RoutePut(Route route) {
      this(route, RouteChange.PUT);
    }
  }

  /** Why a route has a new generation, in the audit log's words. */
  enum RouteChange {
    /** An operator put it, or a rollout changed it. */
    PUT("route.put"),
    /** All its requests go to its fallback now. */
    DIVERTED("route.diverted"),
    /** They do so no more. */
    RESTORED("route.restored");

    private final String action;

    RouteChange(String action) {
      this.action = action;
    }
  }

  /** A rollout changed. */
  record RolloutChanged(String rolloutId, RolloutRecord record) implements RegistryRecord {}

  /** The audit log's word for it. */
  default String action() {
    return switch (this) {
      case VersionPushed v -> "version.pushed";
      case AliasMoved a -> "alias.moved";
      case RoutePut(var route, var change) -> change.action;
      case RolloutChanged(var id, var record) -> record.action();
    };
  }

  /** What the audit log says it was done to. */
  default String subject() {
    return switch (this) {
      case VersionPushed(var version) ->
          "version " + version.getModel() + "/" + version.getVersion();
      case AliasMoved(var alias) -> "alias " + alias.getModel() + "/" + alias.getAlias();
      case RoutePut(var route, var change) -> "route " + route.getName();
      case RolloutChanged(var id, var record) -> "rollout " + id;
    };
  }

  /** The machine-readable form. */
  default ByteString toBytes() {
    return switch (this) {
      case VersionPushed(var version) -> version.toByteString();
      case AliasMoved(var alias) -> alias.toByteString();
      case RoutePut(var route, var change) -> route.toByteString();
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
      case "route.put" -> new RoutePut(Route.parseFrom(bytes), RouteChange.PUT);
      case "route.diverted" -> new RoutePut(Route.parseFrom(bytes), RouteChange.DIVERTED);
      case "route.restored" -> new RoutePut(Route.parseFrom(bytes), RouteChange.RESTORED);
      default -> {
        Rollout part = Rollout.parseFrom(bytes);
        yield new RolloutChanged(part.getId(), RolloutRecord.fromProto(action, part));
      }
    };
  }
}

package dev.weir.platform.discovery;

import dev.weir.platform.error.Check;
import dev.weir.platform.grpc.HostAndPort;

/** Instances as the embedded service's messages carry them. */
final class InstanceMessages {
  private InstanceMessages() {}

  static dev.weir.proto.discovery.v1.Instance toMessage(Instance instance) {
    return dev.weir.proto.discovery.v1.Instance.newBuilder()
        .setService(instance.service())
        .setId(instance.id())
        .setHost(instance.address().host())
        .setPort(instance.address().port())
        .putAllMetadata(instance.metadata())
        .build();
  }

  /** Throws {@link dev.weir.platform.error.InvalidValueException} for what is out of range. */
  static Instance fromMessage(dev.weir.proto.discovery.v1.Instance message) {
    Check.inRange("host length", message.getHost().length(), 1, 253);
    Check.inRange("port", message.getPort(), 1, 65_535);
    return new Instance(
        message.getService(),
        message.getId(),
        new HostAndPort(message.getHost(), message.getPort()),
        message.getMetadataMap());
  }
}

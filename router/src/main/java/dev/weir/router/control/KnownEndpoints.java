package dev.weir.router.control;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.weir.platform.discovery.Instance;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.lifecycle.DataFolder;
import dev.weir.proto.discovery.v1.WatchResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers last known, on disk: a router that starts while discovery is away finds them again.
 */
public final class KnownEndpoints {
  private static final Logger LOG = LoggerFactory.getLogger(KnownEndpoints.class);

  private final Path file;

  /**
   * @param file file that holds them
   */
  public KnownEndpoints(Path file) {
    this.file = file;
  }

  /** Those kept; none when there is no file, or one that cannot be used. */
  List<Instance> load() {
    if (!Files.exists(file)) {
      return List.of();
    }
    try {
      var instances = new ArrayList<Instance>();
      for (var kept : WatchResponse.parseFrom(Files.readAllBytes(file)).getInstancesList()) {
        instances.add(
            new Instance(
                kept.getService(),
                kept.getId(),
                new HostAndPort(kept.getHost(), kept.getPort()),
                kept.getMetadataMap()));
      }
      return instances;
    } catch (InvalidProtocolBufferException | InvalidValueException e) {
      LOG.atWarn().setCause(e).addKeyValue("file", file).log("kept endpoints are broken, left out");
    } catch (IOException e) {
      LOG.atWarn().setCause(e).addKeyValue("file", file).log("kept endpoints cannot be read");
    }
    return List.of();
  }

  /** Keeps these instead. A disk that is full costs the file, not the traffic. */
  void save(Collection<Instance> instances) {
    WatchResponse.Builder kept = WatchResponse.newBuilder();
    for (Instance instance : instances) {
      kept.addInstances(
          dev.weir.proto.discovery.v1.Instance.newBuilder()
              .setService(instance.service())
              .setId(instance.id())
              .setHost(instance.address().host())
              .setPort(instance.address().port())
              .putAllMetadata(instance.metadata()));
    }
    try {
      DataFolder.replaceDurably(file, kept.build().toByteArray());
    } catch (IOException e) {
      LOG.atError().setCause(e).addKeyValue("file", file).log("endpoints cannot be kept on disk");
    }
  }
}

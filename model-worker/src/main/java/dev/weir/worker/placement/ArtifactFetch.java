package dev.weir.worker.placement;

import dev.weir.proto.registry.v1.Artifact;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Brings artifacts to this machine: from the cache when they are there, else from the registry. */
public final class ArtifactFetch {
  private final ArtifactCache cache;
  private final ArtifactSource source;

  public ArtifactFetch(ArtifactCache cache, ArtifactSource source) {
    this.cache = cache;
    this.source = source;
  }

  /** Keeps the artifact from eviction. */
  void pin(String sha256) {
    cache.pin(sha256);
  }

  /** Lets the artifact be evicted again. */
  void unpin(String sha256) {
    cache.unpin(sha256);
  }

  /**
   * The file of a pinned artifact, its digest checked. Blocks; ends early with the current gRPC
   * context.
   */
  Path fetch(Artifact artifact) throws FetchFailure {
    try {
      Optional<Path> cached = cache.find(artifact.getSha256());
      if (cached.isPresent()) {
        return cached.get();
      }
      try (var writer = cache.store(artifact.getSha256(), artifact.getSizeBytes())) {
        source.fetch(artifact.getSha256(), writer::write);
        return writer.commit();
      }
    } catch (IOException e) {
      throw new FetchFailure(true, "artifact cache: " + e, e);
    }
  }
}

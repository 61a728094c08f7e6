package dev.weir.worker.placement;

import com.google.protobuf.ByteString;
import dev.weir.proto.inference.ModelConfig;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.worker.engine.Engine;
import dev.weir.worker.engine.EngineFailure;
import dev.weir.worker.engine.EngineHealth;
import dev.weir.worker.engine.EngineStream;
import dev.weir.worker.engine.Inference;
import dev.weir.worker.engine.LoadedVersion;
import dev.weir.worker.engine.VersionKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An engine that answers zeros, fails when told, and throws on a breach of the engine's contract.
 */
public final class FakeEngine implements Engine {
  private final Set<VersionKey> loaded = new LinkedHashSet<>();
  private final List<String> log = new ArrayList<>();
  private EngineHealth health = new EngineHealth.Up();
  private @Nullable EngineFailure nextLoad;
  private @Nullable EngineFailure nextInfer;
  private Runnable onChange = () -> {};

  /** What was loaded and unloaded, in order. */
  public List<String> log() {
    return log;
  }

  /** Versions loaded now. */
  public Set<VersionKey> loaded() {
    return Set.copyOf(loaded);
  }

  public void failNextLoad(EngineFailure failure) {
    nextLoad = failure;
  }

  public void failNextInfer(EngineFailure failure) {
    nextInfer = failure;
  }

  /** Goes away or comes back; what was loaded is lost. */
  public void become(EngineHealth next) {
    health = next;
    loaded.clear();
    onChange.run();
  }

  @Override
  public String word() {
    return "fake";
  }

  @Override
  public LoadedVersion load(ModelVersion version, Path artifact) throws EngineFailure {
    var key = new VersionKey(version.getModel(), version.getVersion());
    if (health instanceof EngineHealth.Down) {
      throw new EngineFailure(EngineFailure.Kind.UNAVAILABLE, "down");
    }
    EngineFailure failure = nextLoad;
    nextLoad = null;
    if (failure != null) {
      throw failure;
    }
    if (!loaded.add(key)) {
      throw new AssertionError("loaded twice: " + key);
    }
    log.add("load " + key);
    return new Loaded(key, version);
  }

  @Override
  public EngineHealth health() {
    return health;
  }

  @Override
  public void onHealthChange(Runnable change) {
    onChange = change;
  }

  @Override
  public Optional<EngineStream> openStream() {
    return Optional.empty();
  }

  @Override
  public void close() {}

  private final class Loaded implements LoadedVersion {
    private final VersionKey key;
    private final ModelVersion version;

    Loaded(VersionKey key, ModelVersion version) {
      this.key = key;
      this.version = version;
    }

    @Override
    public VersionKey key() {
      return key;
    }

    @Override
    public ModelConfig config() {
      return ModelConfig.newBuilder().setName(key.model()).build();
    }

    @Override
    public Inference infer(ModelInferRequest request) throws EngineFailure {
      EngineFailure failure = nextInfer;
      nextInfer = null;
      if (failure != null) {
        throw failure;
      }
      var response =
          ModelInferResponse.newBuilder()
              .setModelName(key.model())
              .setModelVersion(key.version())
              .setId(request.getId());
      version
          .getSignature()
          .getOutputsList()
          .forEach(output -> {
            response
                .addOutputsBuilder()
                .setName(output.getName())
                .setDatatype(output.getDatatype())
                .addAllShape(output.getShapeList().stream().map(d -> d < 0 ? 1L : d).toList());
            response.addRawOutputContents(ByteString.copyFrom(new byte[8]));
          });
      return new Inference(response.build(), 1, 2, 3);
    }

    @Override
    public void unload() {
      if (loaded.remove(key)) {
        log.add("unload " + key);
      }
    }
  }
}

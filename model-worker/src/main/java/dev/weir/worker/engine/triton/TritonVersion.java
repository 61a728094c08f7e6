package dev.weir.worker.engine.triton;

import dev.weir.platform.time.Clock;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.weir.proto.inference.ModelConfig;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.worker.engine.EngineFailure;
import dev.weir.worker.engine.Inference;
import dev.weir.worker.engine.LoadedVersion;
import dev.weir.worker.engine.VersionKey;
import io.grpc.StatusRuntimeException;

/**
 * A version that Triton holds. Deadline, cancellation and trace of the caller go along by the
 * current context.
 */
final class TritonVersion implements LoadedVersion {
  private final VersionKey key;
  private final TritonName name;
  private final TritonLayout layout;
  private final ModelConfig config;
  private final GRPCInferenceServiceBlockingStub triton;
  private final TritonEngine engine;
  private final Clock clock;
  private volatile boolean unloaded;

  TritonVersion(
      VersionKey key,
      TritonName name,
      TritonLayout layout,
      ModelConfig config,
      GRPCInferenceServiceBlockingStub triton,
      TritonEngine engine,
      Clock clock) {
    this.key = key;
    this.name = name;
    this.layout = layout;
    this.config = config;
    this.triton = triton;
    this.engine = engine;
    this.clock = clock;
  }

  @Override
  public VersionKey key() {
    return key;
  }

  TritonName name() {
    return name;
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public Inference infer(ModelInferRequest request) throws EngineFailure {
    checkLoaded();
    long startNanos = clock.nanoTime();
    ModelInferRequest renamed = toTriton(request).build();
    try {
      ModelInferResponse response = triton.modelInfer(renamed);
      return inference(response, request.getId(), startNanos);
    } catch (StatusRuntimeException e) {
      EngineFailure failure = TritonFailures.ofRequest(e.getStatus(), name, key);
      if (failure.kind() == EngineFailure.Kind.UNAVAILABLE) {
        engine.suspect();
      }
      throw failure;
    }
  }

  void checkLoaded() throws EngineFailure {
    if (unloaded) {
      throw new EngineFailure(EngineFailure.Kind.UNAVAILABLE, key + " is no longer loaded");
    }
  }

  /** The request by Triton's names. */
  ModelInferRequest.Builder toTriton(ModelInferRequest request) {
    ModelInferRequest.Builder renamed =
        request.toBuilder().setModelName(name.text()).clearModelVersion();
    layout.toTriton(renamed);
    return renamed;
  }

  /** Triton's answer by the mesh's names. */
  Inference inference(ModelInferResponse response, String id, long startNanos) {
    ModelInferResponse.Builder renamed =
        response.toBuilder().setModelName(key.model()).setModelVersion(key.version()).setId(id);
    layout.fromTriton(renamed);
    return new Inference(renamed.build(), 0, clock.nanoTime() - startNanos, 0);
  }

  @Override
  public void unload() {
    synchronized (this) {
      if (!unloaded) {
        unloaded = true;
        engine.unload(this);
      }
    }
  }
}

package dev.weir.worker.engine.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.time.Clock;
import dev.weir.proto.inference.ModelConfig;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.worker.engine.DataTypes;
import dev.weir.worker.engine.Engine;
import dev.weir.worker.engine.EngineFailure;
import dev.weir.worker.engine.EngineHealth;
import dev.weir.worker.engine.EngineStream;
import dev.weir.worker.engine.LoadedVersion;
import dev.weir.worker.engine.VersionKey;
import dev.weir.worker.tensor.TensorSignature;
import java.nio.file.Path;
import java.util.Optional;

/** ONNX Runtime in this process. It is up as long as the process is. */
public final class OnnxEngine implements Engine {
  /** Engine word. */
  public static final String WORD = "onnxruntime";

  private final OrtEnvironment environment;
  private final OnnxThreads threads;
  private final Clock clock;

  /**
   * @param threads computations at a time
   * @param maxWaiting computations that may wait for a thread; more are refused
   */
  public OnnxEngine(int threads, int maxWaiting, Clock clock) {
    this.environment = OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
    this.threads = new OnnxThreads(threads, maxWaiting);
    this.clock = clock;
  }

  @Override
  public String word() {
    return WORD;
  }

  @Override
  public LoadedVersion load(ModelVersion version, Path artifact) throws EngineFailure {
    var key = new VersionKey(version.getModel(), version.getVersion());
    TensorSignature signature;
    try {
      signature = TensorSignature.of(version.getSignature());
    } catch (InvalidValueException e) {
      throw new EngineFailure(
          EngineFailure.Kind.LOAD_REFUSED, "signature of " + key + ": " + e.getMessage(), e);
    }
    OrtSession session = open(artifact);
    try {
      OnnxSignatureCheck.check(signature, session.getInputInfo(), session.getOutputInfo());
      return new OnnxVersion(
          key, signature, config(key, signature), environment, session, threads, clock);
    } catch (OrtException | EngineFailure e) {
      close(session, e);
      throw e instanceof EngineFailure failure
          ? failure
          : new EngineFailure(EngineFailure.Kind.LOAD_REFUSED, "onnxruntime: " + e.getMessage(), e);
    }
  }

  private OrtSession open(Path artifact) throws EngineFailure {
    try (var options = new SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      options.addConfigEntry("session.inter_op.allow_spinning", "0");
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      return environment.createSession(artifact.toString(), options);
    } catch (OrtException e) {
      String message = String.valueOf(e.getMessage()).replace(artifact.toString(), "the artifact");
      throw new EngineFailure(EngineFailure.Kind.LOAD_REFUSED, "onnxruntime: " + message, e);
    }
  }

  private static void close(OrtSession session, Exception why) {
    try {
      session.close();
    } catch (OrtException e) {
      why.addSuppressed(e);
    }
  }

  /** Describes a version in the words of Triton's model configuration. */
  static ModelConfig config(VersionKey key, TensorSignature signature) {
    var config =
        ModelConfig.newBuilder()
            .setName(key.model())
            .setPlatform("onnxruntime_onnx")
            .setBackend(WORD);
    signature
        .inputs()
        .forEach(tensor ->
            config
                .addInputBuilder()
                .setName(tensor.name())
                .setDataType(DataTypes.of(tensor.type()))
                .addAllDims(tensor.shape()));
    signature
        .outputs()
        .forEach(tensor ->
            config
                .addOutputBuilder()
                .setName(tensor.name())
                .setDataType(DataTypes.of(tensor.type()))
                .addAllDims(tensor.shape()));
    return config.build();
  }

  @Override
  public EngineHealth health() {
    return new EngineHealth.Up();
  }

  @Override
  public void onHealthChange(Runnable change) {
    // never changes
  }

  @Override
  public Optional<EngineStream> openStream() {
    return Optional.empty();
  }

  @Override
  public void close() {
    threads.close();
  }
}

package dev.weir.worker.engine.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.weir.platform.time.Clock;
import dev.weir.proto.inference.ModelConfig;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.worker.engine.EngineFailure;
import dev.weir.worker.engine.Inference;
import dev.weir.worker.engine.LoadedVersion;
import dev.weir.worker.engine.VersionKey;
import dev.weir.worker.tensor.RawTensor;
import dev.weir.worker.tensor.TensorSignature;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A version in an ONNX Runtime session. The session is closed under the write lock, used under the
 * read lock.
 */
final class OnnxVersion implements LoadedVersion {
  private static final Logger LOG = LoggerFactory.getLogger(OnnxVersion.class);

  private final VersionKey key;
  private final TensorSignature signature;
  private final ModelConfig config;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final OnnxThreads threads;
  private final Clock clock;
  private final ReadWriteLock life = new ReentrantReadWriteLock();
  private final Set<OnnxRun> running = ConcurrentHashMap.newKeySet();
  private volatile boolean unloaded;

  OnnxVersion(
      VersionKey key,
      TensorSignature signature,
      ModelConfig config,
      OrtEnvironment environment,
      OrtSession session,
      OnnxThreads threads,
      Clock clock) {
    this.key = key;
    this.signature = signature;
    this.config = config;
    this.environment = environment;
    this.session = session;
    this.threads = threads;
    this.clock = clock;
  }

  @Override
  public VersionKey key() {
    return key;
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public Inference infer(ModelInferRequest request) throws EngineFailure {
    try (var run = new OnnxRun()) {
      return threads.compute(run, () -> guarded(request, run));
    }
  }

  private Inference guarded(ModelInferRequest request, OnnxRun run) throws EngineFailure {
    life.readLock().lock();
    try {
      running.add(run);
      if (unloaded) {
        throw new EngineFailure(EngineFailure.Kind.UNAVAILABLE, key + " is no longer loaded");
      }
      return compute(request, run);
    } finally {
      running.remove(run);
      life.readLock().unlock();
    }
  }

  private Inference compute(ModelInferRequest request, OnnxRun run) throws EngineFailure {
    long startNanos = clock.nanoTime();
    var inputs = new LinkedHashMap<String, OnnxTensor>();
    try (var arena = Arena.ofConfined()) {
      try {
        for (RawTensor input : RawTensor.inputsOf(request)) {
          inputs.put(input.name(), OnnxTensors.toNative(environment, arena, input));
        }
        long readyNanos = clock.nanoTime();
        try (var result = session.run(inputs, wanted(request), run.begin())) {
          long computedNanos = clock.nanoTime();
          ModelInferResponse response = response(request, result);
          return new Inference(
              response,
              readyNanos - startNanos,
              computedNanos - readyNanos,
              clock.nanoTime() - computedNanos);
        }
      } finally {
        inputs.values().forEach(OnnxTensor::close);
      }
    } catch (OrtException e) {
      run.throwIfEnded();
      throw new EngineFailure(
          EngineFailure.Kind.MODEL_FAILED,
          "onnxruntime: " + firstLine(String.valueOf(e.getMessage())),
          e);
    }
  }

  /** The outputs asked for, in the order asked; all that the signature has when none is. */
  private Set<String> wanted(ModelInferRequest request) {
    var names = new LinkedHashSet<String>();
    if (request.getOutputsCount() == 0) {
      signature.outputs().forEach(output -> names.add(output.name()));
    } else {
      request.getOutputsList().forEach(output -> names.add(output.getName()));
    }
    return names;
  }

  private ModelInferResponse response(ModelInferRequest request, OrtSession.Result result)
      throws OrtException, EngineFailure {
    var response =
        ModelInferResponse.newBuilder()
            .setModelName(key.model())
            .setModelVersion(key.version())
            .setId(request.getId());
    for (Map.Entry<String, OnnxValue> entry : result) {
      if (!(entry.getValue() instanceof OnnxTensor tensor)) {
        throw new EngineFailure(
            EngineFailure.Kind.MODEL_FAILED, "output " + entry.getKey() + " is not a tensor");
      }
      var output =
          response
              .addOutputsBuilder()
              .setName(entry.getKey())
              .setDatatype(signature.output(entry.getKey()).orElseThrow().type().name());
      for (long dimension : tensor.getInfo().getShape()) {
        output.addShape(dimension);
      }
      response.addRawOutputContents(OnnxTensors.toRaw(tensor));
    }
    return response.build();
  }

  private static String firstLine(String message) {
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  @Override
  public void unload() {
    unloaded = true;
    running.forEach(run -> run.end(EngineFailure.Kind.UNAVAILABLE));
    life.writeLock().lock();
    try {
      session.close();
    } catch (OrtException e) {
      LOG.atError().setCause(e).addKeyValue("version", key).log("session cannot be closed");
    } catch (IllegalStateException closedAlready) {
      LOG.atDebug().addKeyValue("version", key).log("unloaded a second time");
    } finally {
      life.writeLock().unlock();
    }
  }
}

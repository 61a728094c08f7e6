package dev.weir.worker.engine.triton;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.weir.proto.inference.ModelConfig;
import dev.weir.proto.inference.ModelConfigRequest;
import dev.weir.proto.inference.ModelReadyRequest;
import dev.weir.proto.inference.RepositoryIndexRequest;
import dev.weir.proto.inference.RepositoryIndexResponse;
import dev.weir.proto.inference.RepositoryModelLoadRequest;
import dev.weir.proto.inference.RepositoryModelUnloadRequest;
import dev.weir.proto.inference.ServerLiveRequest;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.worker.engine.Engine;
import dev.weir.worker.engine.EngineFailure;
import dev.weir.worker.engine.EngineHealth;
import dev.weir.worker.engine.EngineStream;
import dev.weir.worker.engine.LoadedVersion;
import dev.weir.worker.engine.VersionKey;
import dev.weir.worker.tensor.TensorSignature;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Triton that belongs to this worker. Its health is looked at periodically, and at once when a
 * request finds it away: by ServerLive, and by ModelReady for each version that it should hold,
 * which notices a Triton that was restarted in between. Not by ServerReady: that says no for as
 * long as any model loads.
 */
public final class TritonEngine implements Engine {
  /** Engine word. */
  public static final String WORD = "triton";

  private static final int FAILURES_UNTIL_DOWN = 2;
  private static final Duration UNLOAD_TIMEOUT = Duration.ofSeconds(10);
  private static final Logger LOG = LoggerFactory.getLogger(TritonEngine.class);

  private final TritonConfig config;
  private final Channel channel;
  private final Scheduler scheduler;
  private final Clock clock;
  private final TritonRepository repository;
  private final Map<TritonName, TritonVersion> loaded = new ConcurrentHashMap<>();
  private final AtomicBoolean suspected = new AtomicBoolean();
  private volatile EngineHealth health = new EngineHealth.Down("Triton was not reached yet");
  private volatile Runnable onHealthChange = () -> {};
  private volatile Scheduler.Cancellable probes = () -> {};

  @GuardedBy("this")
  private int failures = FAILURES_UNTIL_DOWN;

  /**
   * @param channel to Triton
   */
  public TritonEngine(TritonConfig config, Channel channel, Scheduler scheduler, Clock clock) {
    this.config = config;
    this.channel = channel;
    this.scheduler = scheduler;
    this.clock = clock;
    this.repository = new TritonRepository(config);
  }

  /** Begins to look at Triton's health: a first time now, on the calling thread. */
  public void start() {
    probe();
    probes = scheduler.every(config.probeInterval(), this::probe);
  }

  @Override
  public String word() {
    return WORD;
  }

  @Override
  public EngineHealth health() {
    return health;
  }

  @Override
  public void onHealthChange(Runnable change) {
    onHealthChange = change;
  }

  @Override
  public Optional<EngineStream> openStream() {
    return Optional.of(new TritonStream(GRPCInferenceServiceGrpc.newStub(channel), this, clock));
  }

  private GRPCInferenceServiceBlockingStub triton() {
    return GRPCInferenceServiceGrpc.newBlockingStub(channel);
  }

  private GRPCInferenceServiceBlockingStub triton(Duration timeout) {
    return triton().withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public LoadedVersion load(ModelVersion version, Path artifact) throws EngineFailure {
    var key = new VersionKey(version.getModel(), version.getVersion());
    TritonName name = TritonName.of(key, version.getArtifact().getSha256());
    if (health instanceof EngineHealth.Down(var reason)) {
      throw new EngineFailure(EngineFailure.Kind.UNAVAILABLE, reason);
    }
    TritonLayout layout;
    try {
      layout =
          new TritonLayout(TensorSignature.of(version.getSignature()), config.maxBatchSize() > 0);
      repository.write(name, layout, artifact);
    } catch (InvalidValueException e) {
      throw new EngineFailure(
          EngineFailure.Kind.LOAD_REFUSED, "signature of " + key + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new EngineFailure(
          EngineFailure.Kind.LOAD_REFUSED, "triton.repository cannot be written: " + e, e);
    }
    try {
      triton(config.loadTimeout())
          .repositoryModelLoad(
              RepositoryModelLoadRequest.newBuilder().setModelName(name.text()).build());
      ModelConfig configuration =
          triton(config.probeTimeout())
              .modelConfig(ModelConfigRequest.newBuilder().setName(name.text()).build())
              .getConfig()
              .toBuilder()
              .setName(key.model())
              .build();
      var held = new TritonVersion(key, name, layout, configuration, triton(), this, clock);
      loaded.put(name, held);
      return held;
    } catch (StatusRuntimeException e) {
      suspect();
      unload(name);
      throw TritonFailures.ofLoad(e.getStatus(), name, key);
    }
  }

  /** Gives a version back. Errors are logged: a Triton that is away has given everything back. */
  void unload(TritonVersion version) {
    loaded.remove(version.name(), version);
    unload(version.name());
  }

  private void unload(TritonName name) {
    try {
      triton(UNLOAD_TIMEOUT)
          .repositoryModelUnload(
              RepositoryModelUnloadRequest.newBuilder().setModelName(name.text()).build());
    } catch (StatusRuntimeException e) {
      LOG.atWarn()
          .addKeyValue("model", name)
          .addKeyValue("status", e.getStatus().getCode())
          .log("Triton did not unload");
    }
    try {
      repository.delete(name);
    } catch (IOException e) {
      LOG.atWarn().setCause(e).addKeyValue("model", name).log("left in the model repository");
    }
  }

  /** A request found Triton away: its health is looked at soon. */
  void suspect() {
    if (suspected.compareAndSet(false, true)) {
      scheduler.after(Duration.ZERO, this::probe);
    }
  }

  private synchronized void probe() {
    suspected.set(false);
    Context previous = Context.ROOT.attach();
    try {
      look();
    } finally {
      Context.ROOT.detach(previous);
    }
  }

  @GuardedBy("this")
  private void look() {
    try {
      triton(config.probeTimeout()).serverLive(ServerLiveRequest.getDefaultInstance());
      for (TritonVersion version : List.copyOf(loaded.values())) {
        if (!isReady(version.name()) && loaded.containsKey(version.name())) {
          down("Triton has lost " + version.key() + ": it was restarted");
          break;
        }
      }
      if (health instanceof EngineHealth.Down) {
        unloadLeftovers();
        failures = 0;
        change(new EngineHealth.Up());
      }
      failures = 0;
    } catch (StatusRuntimeException e) {
      // nobody listens: that is certain at once; slowness is not
      failures =
          e.getStatus().getCode() == Status.Code.UNAVAILABLE ? FAILURES_UNTIL_DOWN : failures + 1;
      if (failures >= FAILURES_UNTIL_DOWN) {
        down("Triton at " + config.address() + " does not answer: " + e.getStatus().getCode());
      }
    }
  }

  private boolean isReady(TritonName name) {
    return triton(config.probeTimeout())
        .modelReady(ModelReadyRequest.newBuilder().setName(name.text()).build())
        .getReady();
  }

  private void down(String reason) {
    if (health instanceof EngineHealth.Up) {
      loaded.clear();
      change(new EngineHealth.Down(reason));
    } else {
      health = new EngineHealth.Down(reason);
    }
  }

  private void change(EngineHealth next) {
    health = next;
    LOG.atInfo().addKeyValue("health", next).log("Triton's health changed");
    onHealthChange.run();
  }

  /**
   * What an earlier process of this worker left, or what we gave up as lost and is there after all.
   */
  private void unloadLeftovers() {
    RepositoryIndexResponse index =
        triton(config.probeTimeout())
            .repositoryIndex(RepositoryIndexRequest.newBuilder().setReady(true).build());
    index.getModelsList().stream()
        .map(RepositoryIndexResponse.ModelIndex::getName)
        .filter(TritonName::isOurs)
        .distinct()
        .forEach(name -> unload(new TritonName(name)));
  }

  @Override
  public void close() {
    probes.cancel();
  }
}

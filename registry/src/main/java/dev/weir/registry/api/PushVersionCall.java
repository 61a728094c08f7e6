package dev.weir.registry.api;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.registry.v1.Artifact;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.PushVersionRequest;
import dev.weir.proto.registry.v1.PushVersionResponse;
import dev.weir.registry.control.Change;
import dev.weir.registry.control.Decider;
import dev.weir.registry.control.ModelCommands;
import dev.weir.registry.control.Registry;
import dev.weir.registry.control.RegistryMetrics;
import dev.weir.registry.model.VersionChecks;
import dev.weir.registry.model.VersionId;
import dev.weir.registry.outcome.Outcome;
import dev.weir.registry.outcome.Refusal;
import dev.weir.registry.state.RegistryState;
import dev.weir.registry.store.ArtifactStore;
import dev.weir.registry.store.ArtifactUpload;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One upload of a version. Whatever ends it, and whenever, its slot is free again afterwards and
 * unfinished bytes are gone.
 */
final class PushVersionCall implements StreamObserver<PushVersionRequest> {
  private static final String METHOD = "PushVersion";
  private static final int MAX_CHUNK_BYTES = 1 << 20;

  private final Registry registry;
  private final ArtifactStore artifacts;
  private final Semaphore slots;
  private final UploadLimits limits;
  private final Clock clock;
  private final RegistryMetrics metrics;
  private final ServerCallStreamObserver<PushVersionResponse> call;
  private final String actor;
  private final Scheduler scheduler;

  @GuardedBy("this")
  private @Nullable Begun begun;

  @GuardedBy("this")
  private boolean ended;

  @GuardedBy("this")
  private long lastHeardNanos;

  @GuardedBy("this")
  private Scheduler.Cancellable idleCheck = () -> {};

  private record Begun(VersionId id, ModelVersion header, ArtifactUpload upload) {}

  PushVersionCall(
      Registry registry,
      ArtifactStore artifacts,
      Semaphore slots,
      UploadLimits limits,
      Clock clock,
      Scheduler scheduler,
      RegistryMetrics metrics,
      ServerCallStreamObserver<PushVersionResponse> call,
      String actor) {
    this.registry = registry;
    this.artifacts = artifacts;
    this.slots = slots;
    this.limits = limits;
    this.clock = clock;
    this.scheduler = scheduler;
    this.metrics = metrics;
    this.call = call;
    this.actor = actor;
  }

  @Override
  public synchronized void onNext(PushVersionRequest request) {
    if (ended) {
      return;
    }
    lastHeardNanos = clock.nanoTime();
    try {
      switch (request.getPartCase()) {
        case HEADER -> begin(request.getHeader());
        case CHUNK -> take(request.getChunk());
        case PART_NOT_SET ->
            throw new InvalidValueException("part", "nothing", "a header or a chunk");
      }
    } catch (RuntimeException e) {
      end();
      throw e;
    }
  }

  @GuardedBy("this")
  private void begin(ModelVersion header) {
    if (begun != null) {
      throw new InvalidValueException("header", "a second one", "one header, then chunks");
    }
    VersionId id = VersionChecks.check(header);
    if (!slots.tryAcquire()) {
      refuse(
          Refusal.exhausted(
              "version "
                  + id
                  + ": "
                  + limits.maxConcurrentUploads()
                  + " uploads are under way, the registry's limits.max-concurrent-uploads;"
                  + " try again"));
      return;
    }
    try {
      begun = new Begun(id, header, artifacts.begin());
    } finally {
      if (begun == null) {
        slots.release();
      }
    }
    checkIdleAfter(limits.idleTimeout());
  }

  @GuardedBy("this")
  private void take(ByteString chunk) {
    if (begun == null) {
      throw new InvalidValueException("chunk", "before the header", "the header first");
    }
    Check.inRange("chunk size in bytes", chunk.size(), 1, MAX_CHUNK_BYTES);
    begun.upload().write(chunk);
    metrics.artifactReceived(chunk.size());
  }

  @GuardedBy("this")
  private void checkIdleAfter(Duration delay) {
    idleCheck = scheduler.after(delay, this::endIfIdle);
  }

  private synchronized void endIfIdle() {
    if (ended) {
      return;
    }
    long leftNanos = limits.idleTimeout().toNanos() - (clock.nanoTime() - lastHeardNanos);
    if (leftNanos > 0) {
      checkIdleAfter(Duration.ofNanos(leftNanos));
      return;
    }
    end();
    call.onError(
        Status.DEADLINE_EXCEEDED
            .withDescription(
                "nothing came for "
                    + Check.show(limits.idleTimeout())
                    + " (the registry's limits.upload-idle-timeout); nothing was stored")
            .asRuntimeException());
  }

  @Override
  public synchronized void onCompleted() {
    if (ended) {
      return;
    }
    try {
      if (begun == null) {
        throw new InvalidValueException("header", "none", "a header, then chunks");
      }
      store(begun);
    } finally {
      end();
    }
  }

  @GuardedBy("this")
  private void store(Begun push) {
    ArtifactUpload.Arrived arrived = push.upload().seal();
    Artifact declared = push.header().getArtifact();
    if (!declared.getSha256().isEmpty() && !declared.getSha256().equals(arrived.sha256())) {
      throw new InvalidValueException(
          "header.artifact.sha256",
          declared.getSha256(),
          "the digest of the bytes sent, which is " + arrived.sha256());
    }
    if (declared.getSizeBytes() != 0 && declared.getSizeBytes() != arrived.sizeBytes()) {
      throw new InvalidValueException(
          "header.artifact.size_bytes",
          Long.toUnsignedString(declared.getSizeBytes()),
          "the number of bytes sent, which is " + arrived.sizeBytes());
    }
    if (arrived.sizeBytes() == 0) {
      throw new InvalidValueException("artifact size in bytes", 0, "at least 1");
    }
    ModelVersion version =
        push.header().toBuilder()
            .clearCreatedAt()
            .clearCreatedBy()
            .setArtifact(
                declared.toBuilder().setSha256(arrived.sha256()).setSizeBytes(arrived.sizeBytes()))
            .build();
    boolean otherBytes =
        registry
            .state()
            .version(push.id())
            .filter(stored -> !stored.getArtifact().getSha256().equals(arrived.sha256()))
            .isPresent();
    if (!otherBytes) {
      // before the commit: a version that is known has all its bytes
      push.upload().finish();
    }
    answer(push.id(), ModelCommands.push(push.id(), version, actor, limits.maxVersions()));
  }

  @GuardedBy("this")
  private void answer(VersionId id, Decider decider) {
    var created = new AtomicBoolean();
    Outcome<RegistryState> outcome =
        registry.submit(
            actor,
            situation -> {
              Outcome<List<Change>> decided = decider.decide(situation);
              created.set(
                  decided instanceof Outcome.Done<List<Change>>(var changes) && !changes.isEmpty());
              return decided;
            });
    switch (outcome) {
      case Outcome.Refused<RegistryState>(var refusal) -> refuse(refusal);
      case Outcome.Done<RegistryState>(var state) -> {
        ModelVersion stored = state.version(id).orElseThrow();
        call.onNext(
            PushVersionResponse.newBuilder().setVersion(stored).setCreated(created.get()).build());
        call.onCompleted();
      }
    }
  }

  @GuardedBy("this")
  private void refuse(Refusal refusal) {
    metrics.refused(refusal.kind());
    end();
    call.onError(ApiStatus.grpc(refusal, METHOD).asRuntimeException());
  }

  @Override
  public void onError(Throwable cancelled) {
    end();
  }

  /** Frees what it holds. Idempotent. */
  synchronized void end() {
    if (!ended) {
      ended = true;
      idleCheck.cancel();
      if (begun != null) {
        begun.upload().close();
        slots.release();
      }
    }
  }
}

package dev.weir.worker.placement;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.worker.admission.RequestCheck;
import dev.weir.worker.engine.LoadedVersion;
import dev.weir.worker.engine.VersionKey;
import dev.weir.worker.tensor.TensorSignature;

/**
 * A version that takes requests, and the door that counts who is inside. The door is open, or
 * closed to new requests (quiescing) until nobody is left (drained). Thread-safe.
 */
public final class ServedVersion {
  private final ModelVersion version;
  private final TensorSignature signature;
  private final RequestCheck check;
  private final LoadedVersion loaded;
  private final VersionCounters counters = new VersionCounters();

  @GuardedBy("this")
  private int inside;

  @GuardedBy("this")
  private boolean closed;

  @GuardedBy("this")
  private Runnable onDrained = () -> {};

  public ServedVersion(ModelVersion version, TensorSignature signature, LoadedVersion loaded) {
    this.version = version;
    this.signature = signature;
    this.check = new RequestCheck(loaded.key(), signature);
    this.loaded = loaded;
  }

  /** Which version. */
  public VersionKey key() {
    return loaded.key();
  }

  /** What the registry says of it. */
  public ModelVersion version() {
    return version;
  }

  /** What it takes and gives. */
  public TensorSignature signature() {
    return signature;
  }

  /** Checks requests for it. */
  public RequestCheck check() {
    return check;
  }

  /** What the engine holds. */
  public LoadedVersion loaded() {
    return loaded;
  }

  /** What happened to its requests. */
  public VersionCounters counters() {
    return counters;
  }

  /** Lets a request in; false when the door is closed. Who gets true has to {@link #leave}. */
  public synchronized boolean enter() {
    if (closed) {
      return false;
    }
    inside++;
    return true;
  }

  /** A request is done. */
  public void leave() {
    Runnable drained;
    synchronized (this) {
      if (inside == 0) {
        throw new IllegalStateException("nobody is inside " + key());
      }
      inside--;
      if (!closed || inside > 0) {
        return;
      }
      drained = onDrained;
    }
    drained.run();
  }

  /** Closes the door; {@code drained} is called, on any thread, once nobody is inside. */
  void quiesce(Runnable drained) {
    synchronized (this) {
      closed = true;
      onDrained = drained;
      if (inside > 0) {
        return;
      }
    }
    drained.run();
  }

  /** Opens the door again. */
  synchronized void reopen() {
    closed = false;
    onDrained = () -> {};
  }

  /** Requests inside. */
  public synchronized int inside() {
    return inside;
  }
}

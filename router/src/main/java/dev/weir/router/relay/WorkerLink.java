package dev.weir.router.relay;

import dev.weir.platform.grpc.HostAndPort;
import dev.weir.router.balance.Upstream;
import dev.weir.router.balance.Worker;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.netty.util.AsciiString;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A worker's connections: some of each event loop for inference, and one channel for everything
 * else. Thread-safe.
 */
public final class WorkerLink implements Upstream {
  private final RelayLoops loops;
  private final LoopLink.Target target;
  private final AtomicReferenceArray<@Nullable LoopLink> links;
  private final ManagedChannel calls;
  private final AsciiString authority;
  private volatile boolean closed;

  WorkerLink(RelayLoops loops, HostAndPort address, LoopLink.Target target, ManagedChannel calls) {
    this.loops = loops;
    this.target = target;
    this.links = new AtomicReferenceArray<>(loops.size());
    this.calls = calls;
    this.authority = new AsciiString(address.toString());
  }

  /** The channel for calls that are not inference. */
  public static Channel channelOf(Worker worker) {
    return ((WorkerLink) worker.upstream()).calls;
  }

  /** What it gets as {@code :authority}. */
  AsciiString authority() {
    return authority;
  }

  /** This loop's connections. On that loop only. */
  LoopLink on(RelayLoop loop) {
    LoopLink link = links.get(loop.index());
    if (link == null) {
      link = new LoopLink(loop, target, loops.config(), loops.limits(), loops.counters());
      links.set(loop.index(), link);
      if (closed) {
        link.close();
      }
    }
    return link;
  }

  @Override
  public void wakeUp() {
    calls.resetConnectBackoff();
    loops.each(loop -> {
      if (!closed) {
        on(loop).wakeUp();
      }
    });
  }

  @Override
  public void close() {
    closed = true;
    calls.shutdown();
    loops.each(loop -> {
      LoopLink link = links.get(loop.index());
      if (link != null) {
        link.close();
      }
    });
  }
}

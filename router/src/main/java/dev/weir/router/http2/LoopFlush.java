package dev.weir.router.http2;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;

/**
 * Flushes each connection of one event loop at most once per turn of the loop: the tasks of a turn
 * run after its input. One per loop; loop thread only.
 */
public final class LoopFlush implements Runnable {
  private final EventLoop loop;
  private List<Http2Connection> dirty = new ArrayList<>();
  private List<Http2Connection> flushing = new ArrayList<>();
  private boolean scheduled;

  /** For one loop. */
  public LoopFlush(EventLoop loop) {
    this.loop = loop;
  }

  void add(Http2Connection connection) {
    dirty.add(connection);
    if (!scheduled) {
      scheduled = true;
      loop.execute(this);
    }
  }

  @Override
  public void run() {
    scheduled = false;
    List<Http2Connection> now = dirty;
    dirty = flushing;
    flushing = now;
    for (int i = 0; i < now.size(); i++) {
      now.get(i).flush();
    }
    now.clear();
  }
}

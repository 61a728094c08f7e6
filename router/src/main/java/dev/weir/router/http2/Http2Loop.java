package dev.weir.router.http2;

import dev.weir.platform.time.Clock;
import io.netty.channel.EventLoop;

/**
 * What all connections of one event loop share.
 *
 * @param loop the loop
 * @param flush its flushes
 * @param deadlines its deadlines
 * @param clock time
 */
public record Http2Loop(EventLoop loop, LoopFlush flush, DeadlineWheel deadlines, Clock clock) {
  /** For one loop. */
  public static Http2Loop of(EventLoop loop, Clock clock) {
    return new Http2Loop(loop, new LoopFlush(loop), new DeadlineWheel(loop, clock), clock);
  }
}

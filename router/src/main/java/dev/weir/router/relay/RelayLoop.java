package dev.weir.router.relay;

import dev.weir.router.http2.Http2Loop;
import dev.weir.router.wire.MalformedRequestException;
import dev.weir.router.wire.RequestPeek;
import io.netty.buffer.ByteBuf;

/**
 * What the calls of one event loop share. Loop thread only.
 *
 * @param index which loop, from 0
 * @param http2 what its connections share
 * @param scratch room for bytes that are looked at
 */
record RelayLoop(int index, Http2Loop http2, byte[] scratch) {
  RelayLoop(int index, Http2Loop http2) {
    this(index, http2, new byte[512]);
  }

  /** Shows bytes of a request to what reads it. */
  void show(RequestPeek peek, ByteBuf in, int from, int count) throws MalformedRequestException {
    int at = from;
    int end = from + count;
    while (at < end) {
      int skipped = peek.stepOver(end - at);
      at += skipped;
      if (skipped == 0) {
        int part = Math.min(scratch.length, end - at);
        in.getBytes(at, scratch, 0, part);
        peek.feed(scratch, 0, part);
        at += part;
      }
    }
  }
}

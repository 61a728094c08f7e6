package dev.weir.router.relay;

import dev.weir.router.http2.Http2Loop;

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
}

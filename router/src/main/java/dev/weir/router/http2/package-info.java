/**
 * One HTTP/2 connection (RFC 9113), either side of it, on Netty's transport and with Netty's HPACK
 * coders. Knows nothing of gRPC. Everything of a connection happens on its event loop; nothing here
 * locks or blocks.
 *
 * <p>From bytes to streams: {@link dev.weir.router.http2.FrameParser} cuts frames and checks their
 * shape, {@link dev.weir.router.http2.Http2Connection} checks what they mean for the connection and
 * its streams, a {@link dev.weir.router.http2.StreamListener} gets what came. From streams to
 * bytes: {@link dev.weir.router.http2.Http2Stream} queues what the windows do not allow yet, {@link
 * dev.weir.router.http2.FrameWriter} puts frames into few large writes, {@link
 * dev.weir.router.http2.LoopFlush} flushes once per turn of the loop.
 *
 * <p>What must never happen: a received byte that is credited twice, or never ({@link
 * dev.weir.router.http2.ReceiveWindow} counts both); a frame that is sent beyond the peer's
 * windows; a piece in a queue whose stream is gone.
 */
@NullMarked
package dev.weir.router.http2;

import org.jspecify.annotations.NullMarked;

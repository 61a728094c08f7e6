package dev.weir.router.http2;

import io.netty.handler.codec.http2.Http2Error;

/** The peer broke the protocol, or a limit, in a way that ends the connection. */
public final class ConnectionFault extends Exception {
  private static final long serialVersionUID = 1L;

  private final Http2Error error;

  ConnectionFault(Http2Error error, String message) {
    // peers can cause these at will: no stack trace
    super(message, null, false, false);
    this.error = error;
  }

  static ConnectionFault protocol(String message) {
    return new ConnectionFault(Http2Error.PROTOCOL_ERROR, message);
  }

  static ConnectionFault size(String message) {
    return new ConnectionFault(Http2Error.FRAME_SIZE_ERROR, message);
  }

  /** What GOAWAY says. */
  public Http2Error error() {
    return error;
  }
}

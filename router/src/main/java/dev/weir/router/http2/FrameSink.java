package dev.weir.router.http2;

import io.netty.buffer.ByteBuf;

/** What a {@link FrameParser} found. Calls come in the order of the bytes. */
interface FrameSink {
  /** Whether nothing is wanted any more. */
  boolean isOver();

  /**
   * A DATA frame begins.
   *
   * @param length flow-controlled bytes of the whole frame, with padding
   */
  void dataBegins(int streamId, int length, boolean endStream) throws ConnectionFault;

  /**
   * Bytes of that frame, from the buffer's reader index, which is not to be moved.
   *
   * @param headroom the {@value FrameWriter#HEADER_BYTES} bytes before may be overwritten
   * @param last nothing of the frame's content follows
   */
  void data(ByteBuf in, int length, boolean headroom, boolean last) throws ConnectionFault;

  /** Bytes of that frame that are no content. */
  void padding(int length);

  /**
   * A whole header block: the buffer's readable bytes.
   *
   * @param dependsOn stream that the frame's priority names; -1: none
   */
  void headers(int streamId, ByteBuf block, boolean endStream, int dependsOn)
      throws ConnectionFault;

  void priority(int streamId) throws ConnectionFault;

  void reset(int streamId, long errorCode) throws ConnectionFault;

  void setting(int id, long value) throws ConnectionFault;

  /** All settings of a frame were told. */
  void settingsEnd() throws ConnectionFault;

  void settingsAck() throws ConnectionFault;

  void ping(long payload, boolean ack) throws ConnectionFault;

  void goAway(int lastStreamId, long errorCode, String debug) throws ConnectionFault;

  void windowUpdate(int streamId, int increment) throws ConnectionFault;

  /** A frame of a type that is to be ignored. */
  void unknown() throws ConnectionFault;

  /** A frame that is wrong for its stream only. */
  void streamFault(int streamId, long errorCode, String why) throws ConnectionFault;
}

package dev.weir.router.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Cuts bytes into frames (RFC 9113, 4 and 6) and checks their shape: lengths, flags, and that a
 * header block is not interrupted. Content of DATA is passed on in the pieces in which it comes;
 * everything else is collected first, at most one frame or one header block, both bounded. Not
 * thread-safe.
 */
final class FrameParser {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int PRIORITY = 2;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PUSH_PROMISE = 5;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;

  static final int END_STREAM = 1;
  static final int ACK = 1;
  static final int END_HEADERS = 4;
  static final int PADDED = 8;
  static final int WITH_PRIORITY = 32;

  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_DEBUG_BYTES = 256;
  private static final int MAX_CONTINUATIONS = 64;

  private enum State {
    PREFACE,
    HEADER,
    PAD_LENGTH,
    CONTENT,
    PADDING,
    BODY
  }

  private final FrameSink sink;
  private final ByteBufAllocator allocator;
  private final int maxFrameSize;
  private final int maxHeaderBlock;

  private State state;
  private boolean settingsSeen;
  private int prefaceSeen;
  private long partialHeader;
  private int partialHeaderBytes;
  private int length;
  private int type;
  private int flags;
  private int streamId;
  private int contentLeft;
  private int paddingLeft;
  private boolean contentBegun;
  private @Nullable ByteBuf body;
  private @Nullable ByteBuf block;
  private int blockStream;
  private boolean blockEndsStream;
  private int blockDependsOn;
  private int continuations;

  /**
   * @param expectsPreface the peer is a client
   * @param maxFrameSize largest payload taken, as announced
   * @param maxHeaderBlock largest compressed header block taken, bytes
   */
  FrameParser(
      FrameSink sink,
      ByteBufAllocator allocator,
      boolean expectsPreface,
      int maxFrameSize,
      int maxHeaderBlock) {
    this.sink = sink;
    this.allocator = allocator;
    this.maxFrameSize = maxFrameSize;
    this.maxHeaderBlock = maxHeaderBlock;
    this.state = expectsPreface ? State.PREFACE : State.HEADER;
  }

  /** Takes all readable bytes. The buffer stays the caller's. */
  void read(ByteBuf in) throws ConnectionFault {
    // frames without payload leave nothing readable and are done with at once
    while (in.isReadable() && !sink.isOver()) {
      switch (state) {
        case PREFACE -> preface(in);
        case HEADER -> header(in);
        case PAD_LENGTH -> padLength(in);
        case CONTENT -> content(in);
        case PADDING -> padding(in);
        case BODY -> body(in);
      }
    }
  }

  /** Whether a preface, a header block or a frame other than DATA has begun and not ended. */
  boolean isInMidFrame() {
    return state == State.PREFACE || state == State.BODY || partialHeaderBytes > 0 || block != null;
  }

  /** Drops what was collected. */
  void close() {
    if (body != null) {
      body.release();
      body = null;
    }
    if (block != null) {
      block.release();
      block = null;
    }
  }

  private void preface(ByteBuf in) throws ConnectionFault {
    int count = Math.min(in.readableBytes(), PREFACE.length - prefaceSeen);
    for (int i = 0; i < count; i++) {
      if (in.readByte() != PREFACE[prefaceSeen++]) {
        throw ConnectionFault.protocol("no HTTP/2 connection preface");
      }
    }
    if (prefaceSeen == PREFACE.length) {
      state = State.HEADER;
    }
  }

  private void header(ByteBuf in) throws ConnectionFault {
    if (partialHeaderBytes == 0 && in.readableBytes() >= FrameWriter.HEADER_BYTES) {
      int at = in.readerIndex();
      int lengthAndType = in.getInt(at);
      begin(
          lengthAndType >>> 8,
          lengthAndType & 0xff,
          in.getUnsignedByte(at + 4),
          in.getInt(at + 5),
          in,
          at + FrameWriter.HEADER_BYTES);
      return;
    }
    // nine bytes do not fit into a long: the first byte of the length goes its own way
    while (in.isReadable() && partialHeaderBytes < FrameWriter.HEADER_BYTES) {
      int next = in.readUnsignedByte();
      if (partialHeaderBytes == 0) {
        length = next << 16;
      } else {
        partialHeader = partialHeader << 8 | next;
      }
      partialHeaderBytes++;
    }
    if (partialHeaderBytes == FrameWriter.HEADER_BYTES) {
      long rest = partialHeader;
      partialHeader = 0;
      partialHeaderBytes = 0;
      begin(
          length | (int) (rest >>> 48),
          (int) (rest >>> 40) & 0xff,
          (int) (rest >>> 32) & 0xff,
          (int) rest,
          in,
          in.readerIndex());
    }
  }

  private void begin(int newLength, int newType, int newFlags, int id, ByteBuf in, int next)
      throws ConnectionFault {
    length = newLength;
    type = newType;
    flags = newFlags;
    streamId = id & 0x7fff_ffff;
    in.readerIndex(next);
    if (length > maxFrameSize) {
      throw ConnectionFault.size("a frame of " + length + " bytes");
    }
    if (!settingsSeen) {
      if (type != SETTINGS || (flags & ACK) != 0) {
        throw ConnectionFault.protocol("the first frame is not SETTINGS");
      }
      settingsSeen = true;
    }
    if (blockStream != 0 && (type != CONTINUATION || streamId != blockStream)) {
      throw ConnectionFault.protocol("a header block was interrupted");
    }
    if (type == DATA) {
      beginData();
    } else if (length == 0) {
      frame(in, 0);
    } else {
      state = State.BODY;
    }
  }

  private void beginData() throws ConnectionFault {
    if (streamId == 0) {
      throw ConnectionFault.protocol("DATA on stream 0");
    }
    boolean padded = (flags & PADDED) != 0;
    if (padded && length == 0) {
      throw ConnectionFault.size("padded DATA without a length of the padding");
    }
    sink.dataBegins(streamId, length, (flags & END_STREAM) != 0);
    contentBegun = false;
    contentLeft = length;
    paddingLeft = 0;
    state = padded ? State.PAD_LENGTH : State.CONTENT;
    if (length == 0) {
      state = State.HEADER;
      sink.data(Unpooled.EMPTY_BUFFER, 0, false, true);
    }
  }

  private void padLength(ByteBuf in) throws ConnectionFault {
    paddingLeft = in.readUnsignedByte();
    if (paddingLeft >= length) {
      throw ConnectionFault.protocol("more padding than frame");
    }
    contentLeft = length - 1 - paddingLeft;
    sink.padding(1);
    if (contentLeft > 0) {
      state = State.CONTENT;
    } else {
      sink.data(Unpooled.EMPTY_BUFFER, 0, false, true);
      state = paddingLeft > 0 ? State.PADDING : State.HEADER;
    }
  }

  private void content(ByteBuf in) throws ConnectionFault {
    int at = in.readerIndex();
    int count = Math.min(in.readableBytes(), contentLeft);
    // right behind its own header, or at the start of what was read, behind the room kept free
    // there
    boolean headroom = at >= FrameWriter.HEADER_BYTES && (!contentBegun || at == ReadRoom.BYTES);
    contentBegun = true;
    contentLeft -= count;
    boolean last = contentLeft == 0;
    if (last) {
      state = paddingLeft > 0 ? State.PADDING : State.HEADER;
    }
    sink.data(in, count, headroom, last);
    in.readerIndex(at + count);
  }

  private void padding(ByteBuf in) {
    int count = Math.min(in.readableBytes(), paddingLeft);
    in.skipBytes(count);
    paddingLeft -= count;
    if (paddingLeft == 0) {
      state = State.HEADER;
    }
    sink.padding(count);
  }

  private void body(ByteBuf in) throws ConnectionFault {
    ByteBuf collected = body;
    if (collected == null) {
      if (in.readableBytes() >= length) {
        state = State.HEADER;
        int end = in.readerIndex() + length;
        frame(in, length);
        in.readerIndex(end);
        return;
      }
      collected = allocator.heapBuffer(length, length);
      body = collected;
    }
    collected.writeBytes(in, Math.min(in.readableBytes(), length - collected.readableBytes()));
    if (collected.readableBytes() == length) {
      state = State.HEADER;
      body = null;
      try {
        frame(collected, length);
      } finally {
        collected.release();
      }
    }
  }

  /** A whole frame other than DATA: its payload is the next {@code size} bytes of the buffer. */
  private void frame(ByteBuf in, int size) throws ConnectionFault {
    switch (type) {
      case HEADERS -> headers(in, size);
      case CONTINUATION -> continuation(in, size);
      case PRIORITY -> priority(in, size);
      case RST_STREAM -> {
        onStream("RST_STREAM");
        exactly("RST_STREAM", size, 4);
        sink.reset(streamId, in.readUnsignedInt());
      }
      case SETTINGS -> settings(in, size);
      case PUSH_PROMISE -> throw ConnectionFault.protocol("PUSH_PROMISE");
      case PING -> {
        onConnection("PING");
        exactly("PING", size, 8);
        sink.ping(in.readLong(), (flags & ACK) != 0);
      }
      case GOAWAY -> goAway(in, size);
      case WINDOW_UPDATE -> windowUpdate(in, size);
      default -> sink.unknown();
    }
  }

  private void headers(ByteBuf in, int size) throws ConnectionFault {
    onStream("HEADERS");
    int at = in.readerIndex();
    int end = at + size;
    if ((flags & PADDED) != 0) {
      if (at >= end) {
        throw ConnectionFault.size("padded HEADERS without a length of the padding");
      }
      end -= in.getUnsignedByte(at++);
    }
    int dependsOn = -1;
    if ((flags & WITH_PRIORITY) != 0) {
      if (end - at < 5) {
        throw ConnectionFault.size("HEADERS too short for its priority");
      }
      dependsOn = in.getInt(at) & 0x7fff_ffff;
      at += 5;
    }
    if (end < at) {
      throw ConnectionFault.protocol("more padding than frame");
    }
    boolean ends = (flags & END_STREAM) != 0;
    if ((flags & END_HEADERS) != 0) {
      block(in, at, end, streamId, ends, dependsOn);
      return;
    }
    blockStream = streamId;
    blockEndsStream = ends;
    blockDependsOn = dependsOn;
    continuations = 0;
    ByteBuf collected = allocator.heapBuffer(Math.max(256, 2 * (end - at)));
    block = collected;
    collect(collected, in, at, end);
  }

  private void continuation(ByteBuf in, int size) throws ConnectionFault {
    ByteBuf collected = block;
    if (collected == null) {
      throw ConnectionFault.protocol("CONTINUATION without a header block");
    }
    if (++continuations > MAX_CONTINUATIONS) {
      throw new ConnectionFault(
          Http2Error.ENHANCE_YOUR_CALM,
          "a header block in more than " + MAX_CONTINUATIONS + " CONTINUATION frames");
    }
    int at = in.readerIndex();
    collect(collected, in, at, at + size);
    if ((flags & END_HEADERS) != 0) {
      int id = blockStream;
      block = null;
      blockStream = 0;
      try {
        block(collected, 0, collected.writerIndex(), id, blockEndsStream, blockDependsOn);
      } finally {
        collected.release();
      }
    }
  }

  private void collect(ByteBuf collected, ByteBuf in, int from, int to) throws ConnectionFault {
    tooLarge(collected.readableBytes() + to - from);
    collected.writeBytes(in, from, to - from);
  }

  private void tooLarge(int blockBytes) throws ConnectionFault {
    if (blockBytes > maxHeaderBlock) {
      throw new ConnectionFault(
          Http2Error.ENHANCE_YOUR_CALM, "a header block of more than " + maxHeaderBlock + " bytes");
    }
  }

  private void block(ByteBuf in, int from, int to, int id, boolean ends, int dependsOn)
      throws ConnectionFault {
    tooLarge(to - from);
    int readTo = in.writerIndex();
    in.setIndex(from, to);
    try {
      sink.headers(id, in, ends, dependsOn);
    } finally {
      in.setIndex(to, readTo);
    }
  }

  private void priority(ByteBuf in, int size) throws ConnectionFault {
    onStream("PRIORITY");
    if (size != 5) {
      sink.streamFault(
          streamId, Http2Error.FRAME_SIZE_ERROR.code(), "PRIORITY of " + size + " bytes");
    } else if ((in.getInt(in.readerIndex()) & 0x7fff_ffff) == streamId) {
      sink.streamFault(streamId, Http2Error.PROTOCOL_ERROR.code(), "a stream depends on itself");
    } else {
      sink.priority(streamId);
    }
  }

  private void settings(ByteBuf in, int size) throws ConnectionFault {
    onConnection("SETTINGS");
    if ((flags & ACK) != 0) {
      exactly("acknowledgement of SETTINGS", size, 0);
      sink.settingsAck();
      return;
    }
    if (size % 6 != 0) {
      throw ConnectionFault.size("SETTINGS of " + size + " bytes");
    }
    int at = in.readerIndex();
    for (int end = at + size; at < end; at += 6) {
      sink.setting(in.getUnsignedShort(at), in.getUnsignedInt(at + 2));
    }
    sink.settingsEnd();
  }

  private void goAway(ByteBuf in, int size) throws ConnectionFault {
    onConnection("GOAWAY");
    if (size < 8) {
      throw ConnectionFault.size("GOAWAY of " + size + " bytes");
    }
    int last = in.readInt() & 0x7fff_ffff;
    long code = in.readUnsignedInt();
    int debug = Math.min(size - 8, MAX_DEBUG_BYTES);
    sink.goAway(last, code, in.toString(in.readerIndex(), debug, StandardCharsets.US_ASCII));
  }

  private void windowUpdate(ByteBuf in, int size) throws ConnectionFault {
    exactly("WINDOW_UPDATE", size, 4);
    int increment = in.readInt() & 0x7fff_ffff;
    if (increment > 0) {
      sink.windowUpdate(streamId, increment);
    } else if (streamId == 0) {
      throw ConnectionFault.protocol("WINDOW_UPDATE by 0");
    } else {
      sink.streamFault(streamId, Http2Error.PROTOCOL_ERROR.code(), "WINDOW_UPDATE by 0");
    }
  }

  private void onStream(String name) throws ConnectionFault {
    if (streamId == 0) {
      throw ConnectionFault.protocol(name + " on stream 0");
    }
  }

  private void onConnection(String name) throws ConnectionFault {
    if (streamId != 0) {
      throw ConnectionFault.protocol(name + " on stream " + streamId);
    }
  }

  private static void exactly(String name, int size, int expected) throws ConnectionFault {
    if (size != expected) {
      throw ConnectionFault.size(name + " of " + size + " bytes");
    }
  }
}

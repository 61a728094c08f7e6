package dev.weir.router.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import io.netty.util.collection.IntObjectHashMap;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What both sides of a connection have in common: settings, streams, flow control, limits, errors
 * and the end. Event loop only, but for {@link #channelActive} and the like, which Netty calls
 * there.
 */
public abstract sealed class Http2Connection extends ChannelInboundHandlerAdapter
    permits ServerConnection, ClientConnection {
  private static final Logger LOG = LoggerFactory.getLogger(Http2Connection.class);

  static final int MAX_FRAME_SIZE = 16_384;
  private static final int DEFAULT_WINDOW = 65_535;
  private static final int WHOLE_WINDOW = Integer.MAX_VALUE;

  static final int HEADER_TABLE_SIZE = 1;
  static final int ENABLE_PUSH = 2;
  static final int MAX_CONCURRENT_STREAMS = 3;
  static final int INITIAL_WINDOW_SIZE = 4;
  static final int MAX_FRAME_SIZE_SETTING = 5;
  static final int MAX_HEADER_LIST_SIZE = 6;

  private static final int QUANTUM = 64 << 10;
  private static final int RECENTLY_CLOSED = 1024;
  private static final int RESET_BY_US = 1 << 31;
  private static final int MAX_HPACK_TABLE = 4096;

  final Http2Loop loop;
  final Http2Limits limits;
  final Http2Counters counters;
  final IntObjectHashMap<Http2Stream> streams = new IntObjectHashMap<>();
  private final int maxHeaderListSize;
  private final DefaultHttp2HeadersDecoder decoder;
  private final DefaultHttp2HeadersEncoder encoder;
  private final ReceiveWindow receive;
  private final RateGuard resets;
  private final RateGuard controls;
  private final RateGuard windowUpdates;
  private final int[] recentlyClosed = new int[RECENTLY_CLOSED];
  private int recentlyClosedAt;
  private final Deque<Http2Stream> waiting = new ArrayDeque<>();

  private @Nullable ChannelHandlerContext context;
  private @Nullable FrameWriter writer;
  private @Nullable FrameParser parser;
  private int sendWindow = DEFAULT_WINDOW;
  private int peerInitialWindow = DEFAULT_WINDOW;
  private int peerMaxFrame = MAX_FRAME_SIZE;
  private int controlBytes;
  private boolean begun;
  private boolean dirty;
  private boolean drainPending;
  boolean gone;
  boolean goAwaySent;
  private boolean readSinceLook;
  private final DeadlineWheel.Deadline frameDeadline =
      new DeadlineWheel.Deadline() {
        @Override
        protected void expired() {
          fail(
              new ConnectionFault(
                  Http2Error.ENHANCE_YOUR_CALM,
                  "a preface or header block took longer than " + limits.frameTimeout()));
        }
      };

  // where the DATA frame in progress belongs
  private @Nullable Http2Stream dataStream;
  private boolean dataEnds;

  Http2Connection(
      Http2Loop loop, Http2Limits limits, Http2Counters counters, int maxHeaderListSize) {
    this.loop = loop;
    this.limits = limits;
    this.counters = counters;
    this.maxHeaderListSize = maxHeaderListSize;
    this.receive = new ReceiveWindow(limits.connectionWindow());
    // a worker's values go to clients as they are: they were whole in one header block
    boolean validatesValues = this instanceof ServerConnection;
    this.decoder = new DefaultHttp2HeadersDecoder(true, validatesValues, maxHeaderListSize);
    this.encoder = new DefaultHttp2HeadersEncoder(NeverIndexed.INSTANCE, true, 64);
    long now = loop.clock().nanoTime();
    this.resets = new RateGuard(limits.maxResetsPerSecond(), now);
    this.controls = new RateGuard(limits.maxControlFramesPerSecond(), now);
    this.windowUpdates = new RateGuard(limits.maxWindowUpdatesPerSecond(), now);
  }

  // ---- what Netty calls

  @Override
  public final void handlerAdded(ChannelHandlerContext added) {
    context = added;
    writer = new FrameWriter(added, encoder);
    parser =
        new FrameParser(
            new Sink(),
            added.alloc(),
            this instanceof ServerConnection,
            MAX_FRAME_SIZE,
            2 * maxHeaderListSize);
    if (added.channel().isActive()) {
      begin();
    }
  }

  @Override
  public final void channelActive(ChannelHandlerContext active) {
    begin();
    active.fireChannelActive();
  }

  /** Once, however Netty says that the channel is active. */
  private void begin() {
    if (begun) {
      return;
    }
    begun = true;
    counters.opened();
    loop.deadlines().arm(frameDeadline, loop.clock().nanoTime() + limits.frameTimeout().toNanos());
    started();
    touch();
    context().executor().schedule(this::look, limits.keepAlive().toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Says the first words. */
  abstract void started();

  @Override
  public final void channelRead(ChannelHandlerContext from, Object message) {
    ByteBuf in = (ByteBuf) message;
    FrameParser frames = parser;
    try {
      if (!gone && frames != null) {
        readSinceLook = true;
        frames.read(in);
        if (frames.isInMidFrame() != frameDeadline.isArmed()) {
          watchFrame(frames.isInMidFrame());
        }
      }
    } catch (ConnectionFault fault) {
      fail(fault);
    } finally {
      in.release();
    }
  }

  private void watchFrame(boolean inMidFrame) {
    if (gone) {
      return;
    }
    if (inMidFrame) {
      loop.deadlines()
          .arm(frameDeadline, loop.clock().nanoTime() + limits.frameTimeout().toNanos());
    } else {
      loop.deadlines().disarm(frameDeadline);
    }
  }

  @Override
  public final void channelWritabilityChanged(ChannelHandlerContext changed) {
    if (changed.channel().isWritable()) {
      controlBytes = 0;
      drainWaiting();
    }
    changed.fireChannelWritabilityChanged();
  }

  @Override
  public final void channelInactive(ChannelHandlerContext inactive) {
    connectionGone("the connection was closed");
    inactive.fireChannelInactive();
  }

  @Override
  public final void exceptionCaught(ChannelHandlerContext thrown, Throwable cause) {
    if (cause instanceof IOException
        || cause instanceof SSLException
        || cause instanceof DecoderException) {
      LOG.atDebug()
          .addKeyValue("peer", thrown.channel().remoteAddress())
          .setCause(cause)
          .log("connection lost");
    } else {
      LOG.atError()
          .addKeyValue("peer", thrown.channel().remoteAddress())
          .setCause(cause)
          .log("connection given up");
    }
    thrown.close();
  }

  private void connectionGone(String why) {
    if (gone) {
      return;
    }
    gone = true;
    if (begun) {
      counters.closed();
    }
    loop.deadlines().disarm(frameDeadline);
    for (Http2Stream stream : new ArrayList<>(streams.values())) {
      stream.closed = true;
      stream.dropWaiting();
      stream.listener().onClosed(stream, StreamListener.CloseReason.CONNECTION_LOST, 0, why);
    }
    streams.clear();
    waiting.clear();
    if (parser != null) {
      parser.close();
    }
    if (writer != null) {
      writer.close();
    }
    ended();
  }

  /** The connection is gone. */
  abstract void ended();

  // ---- sign of life

  private void look() {
    if (gone) {
      return;
    }
    if (readSinceLook) {
      readSinceLook = false;
      context().executor().schedule(this::look, limits.keepAlive().toNanos(), TimeUnit.NANOSECONDS);
      return;
    }
    writer().ping(0, false);
    touch();
    context()
        .executor()
        .schedule(
            () -> {
              if (readSinceLook) {
                look();
              } else if (!gone) {
                LOG.atDebug()
                    .addKeyValue("peer", context().channel().remoteAddress())
                    .log("no sign of life");
                connectionGone(
                    "no sign of life for " + limits.keepAlive().plus(limits.keepAliveTimeout()));
                context().close();
              }
            },
            limits.keepAliveTimeout().toNanos(),
            TimeUnit.NANOSECONDS);
  }

  // ---- sending, for streams

  final ChannelHandlerContext context() {
    if (context == null) {
      throw new IllegalStateException("a connection without a channel");
    }
    return context;
  }

  final FrameWriter writer() {
    if (writer == null) {
      throw new IllegalStateException("a connection without a channel");
    }
    return writer;
  }

  /** The channel, for its addresses and TLS session. */
  public final Channel channel() {
    return context().channel();
  }

  /** Its loop. */
  public final Http2Loop loop() {
    return loop;
  }

  /** Bytes are to be flushed in this turn. */
  final void touch() {
    if (gone) {
      // said too late: nobody hears it
      writer().close();
    } else if (!dirty) {
      dirty = true;
      loop.flush().add(this);
    }
  }

  final void flush() {
    dirty = false;
    if (!gone) {
      writer().pass();
      context().flush();
      if (drainPending) {
        drainPending = false;
        drainWaiting();
      }
    }
  }

  private boolean isWritable() {
    return context().channel().isWritable() && writer().pendingBytes() < 2 * QUANTUM;
  }

  /** Whether a piece can be sent whole, now, before all that waits. */
  final boolean maySend(Http2Stream stream, int length) {
    return length <= sendWindow
        && length <= stream.sendWindow
        && length <= peerMaxFrame
        && (length == 0 || isWritable());
  }

  /** How much of a piece can be sent now in one frame. */
  final int sendable(Http2Stream stream, int length) {
    if (!isWritable()) {
      return 0;
    }
    int allowed = Math.min(Math.min(sendWindow, stream.sendWindow), peerMaxFrame);
    return Math.max(0, Math.min(length, allowed));
  }

  /** The stream has something that cannot be sent yet. */
  final void await(Http2Stream stream) {
    drainStream(stream);
    if (stream.hasWaiting()) {
      counters.windowStall();
    }
  }

  private void drainStream(Http2Stream stream) {
    if (stream.waiting) {
      return;
    }
    boolean more = sendSome(stream);
    if (stream.waiting && (more || !isWritable())) {
      // when our own buffer is what is full, the flush of this turn opens it
      drainPending = true;
      touch();
    }
  }

  /** Sends of one stream; it has its turn again when it is not what is in the way. */
  private boolean sendSome(Http2Stream stream) {
    boolean waited = stream.hasWaiting();
    boolean more = stream.sendWaiting(QUANTUM);
    if (waited && !stream.hasWaiting()) {
      stream.listener().onDrained(stream);
    }
    if (more || stream.hasWaiting() && stream.sendWindow > 0) {
      stream.waiting = true;
      waiting.addLast(stream);
    }
    return more;
  }

  private void drainWaiting() {
    int idle = 0;
    while (!gone && idle < waiting.size()) {
      Http2Stream stream = waiting.pollFirst();
      if (stream == null) {
        return;
      }
      stream.waiting = false;
      if (stream.closed) {
        continue;
      }
      int before = stream.queuedBytes();
      sendSome(stream);
      idle = stream.queuedBytes() == before && stream.hasWaiting() ? idle + 1 : 0;
    }
    if (!waiting.isEmpty() && context().channel().isWritable() && sendWindow > 0) {
      drainPending = true;
      touch();
    }
  }

  final void writeData(
      Http2Stream stream, ByteBuf from, int index, int length, boolean headroom, boolean end) {
    sendWindow -= length;
    stream.sendWindow -= length;
    writer().data(from, index, length, headroom, stream.id(), end);
    touch();
    if (end) {
      sentEnd(stream);
    }
  }

  /** What was sent gives the peer reason to grant more: on the stream and on the connection. */
  final void explainUpdates() {
    windowUpdates.explain(2);
  }

  final void writeHeaders(Http2Stream stream, Http2Headers headers, boolean end) {
    try {
      writer().headers(stream.id(), headers, end, peerMaxFrame);
    } catch (Http2Exception e) {
      LOG.atWarn().addKeyValue("problem", e.getMessage()).log("headers cannot be encoded");
      faultStream(stream, Http2Error.INTERNAL_ERROR, "headers cannot be encoded");
      return;
    }
    touch();
    if (end) {
      sentEnd(stream);
    }
  }

  private void sentEnd(Http2Stream stream) {
    stream.localSent = true;
    if (stream.remoteEnded) {
      close(stream, false);
    }
  }

  final void sendWindowUpdate(int streamId, int increment) {
    if (!gone) {
      writer().windowUpdate(streamId, increment);
      control(13);
      touch();
    }
  }

  final void creditConnection(int bytes) {
    int increment = receive.credit(bytes);
    if (increment > 0) {
      sendWindowUpdate(0, increment);
    }
  }

  final void queued(int bytes) {
    counters.queued(bytes);
  }

  /** Bytes that a peer makes us say; it must not make us say more than it reads. */
  private void control(int bytes) {
    if (!context().channel().isWritable()) {
      controlBytes += bytes;
      if (controlBytes > limits.maxControlBytesWaiting()) {
        controlBytes = 0;
        fail(
            new ConnectionFault(
                Http2Error.ENHANCE_YOUR_CALM, "the peer does not read what it asks for"));
      }
    }
  }

  // ---- the end of streams

  final void resetByUs(Http2Stream stream, Http2Error error) {
    if (!gone) {
      writer().reset(stream.id(), error.code());
      control(13);
      touch();
    }
    close(stream, true);
  }

  private void close(Http2Stream stream, boolean byUs) {
    if (stream.closed) {
      return;
    }
    stream.closed = true;
    streams.remove(stream.id());
    recentlyClosed[recentlyClosedAt++ & RECENTLY_CLOSED - 1] =
        byUs ? stream.id() | RESET_BY_US : stream.id();
    stream.dropWaiting();
    streamClosed();
  }

  /** One stream less. */
  abstract void streamClosed();

  private static final int UNKNOWN = 0;
  private static final int ENDED = 1;
  private static final int RESET = 2;

  private int howClosed(int streamId) {
    for (int closed : recentlyClosed) {
      if (closed == streamId) {
        return ENDED;
      }
      if (closed == (streamId | RESET_BY_US)) {
        return RESET;
      }
    }
    return UNKNOWN;
  }

  /** Ends a stream on which the peer did something wrong. */
  private void faultStream(Http2Stream stream, Http2Error error, String why) {
    counters.fault(error);
    resetByUs(stream, error);
    stream.listener().onClosed(stream, StreamListener.CloseReason.RESET, error.code(), why);
  }

  /** A stream that the peer will not look at. */
  final void unprocessed(Http2Stream stream, String why) {
    close(stream, true);
    stream.listener().onClosed(stream, StreamListener.CloseReason.UNPROCESSED, 0, why);
  }

  /** The peer makes us reset: as costly for us as when it does so itself. */
  private void countReset() throws ConnectionFault {
    if (!resets.allow(loop.clock().nanoTime())) {
      throw new ConnectionFault(Http2Error.ENHANCE_YOUR_CALM, "too many streams were reset");
    }
  }

  private void countControl() throws ConnectionFault {
    if (!controls.allow(loop.clock().nanoTime())) {
      throw new ConnectionFault(Http2Error.ENHANCE_YOUR_CALM, "too many control frames");
    }
  }

  // ---- the end of the connection

  /** Says why, and closes when that is sent. */
  final void fail(ConnectionFault fault) {
    if (gone) {
      return;
    }
    counters.fault(fault.error());
    LOG.atDebug()
        .addKeyValue("peer", context().channel().remoteAddress())
        .addKeyValue("error", fault.error())
        .addKeyValue("problem", fault.getMessage())
        .log("connection ended");
    writer().goAway(lastPeerStream(), fault.error().code(), String.valueOf(fault.getMessage()));
    writer().pass();
    ChannelHandlerContext closing = context();
    closing.flush();
    connectionGone(String.valueOf(fault.getMessage()));
    // with what was not read yet behind, a close at once would be a reset that overtakes GOAWAY
    closing.executor().schedule(() -> closing.close(), 50, TimeUnit.MILLISECONDS);
  }

  /** Closes when everything was sent; for connections without streams. */
  final void closeWhenSent() {
    if (!gone) {
      writer().pass();
      ChannelHandlerContext closing = context();
      connectionGone("the connection was closed");
      closing.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }

  abstract int lastPeerStream();

  /** Bytes that were received and are held by someone here: 0 when nothing is under way. */
  final long bytesOwed() {
    return receive.received() - receive.credited();
  }

  // ---- what a subclass decides

  /** A header block for a stream that is not open: a new one, or an error. Null: ignored. */
  abstract @Nullable Http2Stream streamFor(int streamId, Http2Headers headers)
      throws ConnectionFault;

  /** Whether a stream was never open. */
  abstract boolean isIdle(int streamId);

  /** A setting of the peer that only one side has. */
  abstract void peerSetting(int id, long value) throws ConnectionFault;

  abstract void peerSettingsTaken();

  abstract void pingAcknowledged(long payload);

  abstract void peerGoesAway(int lastStreamId, long errorCode, String debug);

  final int initialSendWindow() {
    return peerInitialWindow;
  }

  private final class Sink implements FrameSink {
    @Override
    public boolean isOver() {
      return gone;
    }

    @Override
    public void dataBegins(int streamId, int length, boolean endStream) throws ConnectionFault {
      dataStream = null;
      dataEnds = endStream;
      if (!receive.receive(length)) {
        throw new ConnectionFault(
            Http2Error.FLOW_CONTROL_ERROR, "more DATA than the window allows");
      }
      if (length == 0 && !endStream) {
        countControl();
      }
      Http2Stream stream = streams.get(streamId);
      if (stream == null) {
        if (isIdle(streamId)) {
          throw ConnectionFault.protocol("DATA on idle stream " + streamId);
        }
        if (howClosed(streamId) == ENDED) {
          countReset();
          writer().reset(streamId, Http2Error.STREAM_CLOSED.code());
          touch();
        }
        return;
      }
      if (stream.remoteEnded || !stream.headersReceived) {
        countReset();
        faultStream(stream, Http2Error.STREAM_CLOSED, "DATA after the end of the stream");
        return;
      }
      if (!stream.receive.receive(length)) {
        countReset();
        faultStream(stream, Http2Error.FLOW_CONTROL_ERROR, "more DATA than the stream's window");
        return;
      }
      dataStream = stream;
    }

    @Override
    public void data(ByteBuf in, int length, boolean headroom, boolean last)
        throws ConnectionFault {
      Http2Stream stream = dataStream;
      if (stream == null || stream.closed) {
        if (stream != null) {
          stream.credit(length);
        } else if (length > 0) {
          creditConnection(length);
        }
        return;
      }
      boolean end = last && dataEnds;
      if (stream.contentLeft >= 0) {
        stream.contentLeft -= length;
        if (stream.contentLeft < 0 || end && stream.contentLeft > 0) {
          stream.credit(length);
          countReset();
          faultStream(stream, Http2Error.PROTOCOL_ERROR, "content-length and DATA differ");
          return;
        }
      }
      if (end) {
        stream.remoteEnded = true;
      }
      if (length > 0 || end) {
        stream.listener().onData(stream, in, length, headroom, end);
      }
      if (end) {
        endOfPeer(stream);
      }
    }

    @Override
    public void padding(int length) {
      Http2Stream stream = dataStream;
      if (stream != null) {
        stream.credit(length);
      } else {
        creditConnection(length);
      }
    }

    private void endOfPeer(Http2Stream stream) {
      if (stream.localSent) {
        close(stream, false);
      }
    }

    @Override
    public void headers(int streamId, ByteBuf block, boolean endStream, int dependsOn)
        throws ConnectionFault {
      Http2Headers headers;
      try {
        headers = decoder.decodeHeaders(streamId, block);
      } catch (Http2Exception.HeaderListSizeException e) {
        headersTooLarge(streamId, endStream);
        return;
      } catch (Http2Exception e) {
        if (Http2Exception.isStreamError(e)) {
          badHeaders(streamId, String.valueOf(e.getMessage()));
          return;
        }
        throw new ConnectionFault(Http2Error.COMPRESSION_ERROR, "a header block cannot be decoded");
      }
      Http2Stream stream = streams.get(streamId);
      if (stream == null) {
        stream = closedOrNew(streamId, headers);
        if (stream == null) {
          return;
        }
      } else if (stream.remoteEnded) {
        countReset();
        faultStream(stream, Http2Error.STREAM_CLOSED, "HEADERS after the end of the stream");
        return;
      }
      String wrong =
          dependsOn == streamId ? "a stream depends on itself" : wrong(stream, headers, endStream);
      if (wrong != null) {
        countReset();
        faultStream(stream, Http2Error.PROTOCOL_ERROR, wrong);
        return;
      }
      stream.headersReceived = true;
      stream.remoteEnded = endStream;
      stream.listener().onHeaders(stream, headers, endStream);
      if (endStream) {
        endOfPeer(stream);
      }
    }

    private @Nullable Http2Stream closedOrNew(int streamId, Http2Headers headers)
        throws ConnectionFault {
      if (!isIdle(streamId)) {
        if (Http2Connection.this instanceof ServerConnection) {
          switch (howClosed(streamId)) {
            case RESET -> {}
            case ENDED ->
                throw new ConnectionFault(
                    Http2Error.STREAM_CLOSED, "HEADERS on closed stream " + streamId);
            default -> throw ConnectionFault.protocol("stream identifiers go backwards");
          }
        }
        return null;
      }
      return streamFor(streamId, headers);
    }

    private @Nullable String wrong(Http2Stream stream, Http2Headers headers, boolean endStream) {
      if (stream.headersReceived && Http2Connection.this instanceof ServerConnection) {
        if (!endStream) {
          return "HEADERS in the middle of a request";
        }
        if (headers.method() != null
            || headers.path() != null
            || headers.scheme() != null
            || headers.authority() != null) {
          return "pseudo-headers in trailers";
        }
        return stream.contentLeft > 0 ? "content-length and DATA differ" : null;
      }
      String wrong = wrongStart(headers);
      if (wrong == null && !stream.headersReceived) {
        CharSequence contentLength = headers.get(CONTENT_LENGTH);
        if (contentLength != null) {
          stream.contentLeft = number(contentLength);
          if (stream.contentLeft < 0 || endStream && stream.contentLeft > 0) {
            return "content-length and DATA differ";
          }
        }
      }
      return wrong;
    }

    private void badHeaders(int streamId, String why) throws ConnectionFault {
      countReset();
      Http2Stream stream = streams.get(streamId);
      if (stream != null) {
        faultStream(stream, Http2Error.PROTOCOL_ERROR, why);
        return;
      }
      if (isIdle(streamId)) {
        refuseStream(streamId);
      }
      counters.fault(Http2Error.PROTOCOL_ERROR);
      writer().reset(streamId, Http2Error.PROTOCOL_ERROR.code());
      touch();
    }

    private void headersTooLarge(int streamId, boolean endStream) throws ConnectionFault {
      countReset();
      Http2Stream stream = streams.get(streamId);
      if (stream != null) {
        faultStream(stream, Http2Error.ENHANCE_YOUR_CALM, TOO_LARGE);
      } else if (isIdle(streamId)) {
        tooLarge(streamId, endStream);
      }
    }

    @Override
    public void priority(int streamId) throws ConnectionFault {
      countControl();
    }

    @Override
    public void reset(int streamId, long errorCode) throws ConnectionFault {
      if (isIdle(streamId)) {
        throw ConnectionFault.protocol("RST_STREAM on idle stream " + streamId);
      }
      countReset();
      Http2Stream stream = streams.get(streamId);
      if (stream != null) {
        close(stream, false);
        stream
            .listener()
            .onClosed(
                stream,
                errorCode == Http2Error.REFUSED_STREAM.code()
                    ? StreamListener.CloseReason.UNPROCESSED
                    : StreamListener.CloseReason.RESET,
                errorCode,
                "the stream was reset");
      }
    }

    @Override
    public void setting(int id, long value) throws ConnectionFault {
      switch (id) {
        case HEADER_TABLE_SIZE -> {
          try {
            encoder.configuration().maxHeaderTableSize(Math.min(value, MAX_HPACK_TABLE));
          } catch (Http2Exception e) {
            throw ConnectionFault.protocol("SETTINGS_HEADER_TABLE_SIZE " + value);
          }
        }
        case INITIAL_WINDOW_SIZE -> initialWindow(value);
        case MAX_FRAME_SIZE_SETTING -> {
          if (value < MAX_FRAME_SIZE || value > (1 << 24) - 1) {
            throw ConnectionFault.protocol("SETTINGS_MAX_FRAME_SIZE " + value);
          }
          peerMaxFrame = (int) value;
        }
        case ENABLE_PUSH -> {
          if (value > 1) {
            throw ConnectionFault.protocol("SETTINGS_ENABLE_PUSH " + value);
          }
        }
        default -> peerSetting(id, value);
      }
    }

    private void initialWindow(long value) throws ConnectionFault {
      if (value > WHOLE_WINDOW) {
        throw new ConnectionFault(
            Http2Error.FLOW_CONTROL_ERROR, "SETTINGS_INITIAL_WINDOW_SIZE " + value);
      }
      int change = (int) value - peerInitialWindow;
      peerInitialWindow = (int) value;
      for (Http2Stream stream : streams.values()) {
        if ((long) stream.sendWindow + change > WHOLE_WINDOW) {
          throw new ConnectionFault(
              Http2Error.FLOW_CONTROL_ERROR, "a stream's window grew beyond its limit");
        }
        stream.sendWindow += change;
      }
    }

    @Override
    public void settingsEnd() throws ConnectionFault {
      countControl();
      writer().settingsAck();
      control(FrameWriter.HEADER_BYTES);
      touch();
      peerSettingsTaken();
      for (Http2Stream stream : new ArrayList<>(streams.values())) {
        if (stream.hasWaiting()) {
          drainStream(stream);
        }
      }
    }

    @Override
    public void settingsAck() throws ConnectionFault {
      countControl();
    }

    @Override
    public void ping(long payload, boolean ack) throws ConnectionFault {
      if (ack) {
        pingAcknowledged(payload);
        return;
      }
      countControl();
      writer().ping(payload, true);
      control(17);
      touch();
    }

    @Override
    public void goAway(int lastStreamId, long errorCode, String debug) throws ConnectionFault {
      countControl();
      peerGoesAway(lastStreamId, errorCode, debug);
    }

    @Override
    public void windowUpdate(int streamId, int increment) throws ConnectionFault {
      if (!windowUpdates.allow(loop.clock().nanoTime())) {
        throw new ConnectionFault(Http2Error.ENHANCE_YOUR_CALM, "too many WINDOW_UPDATE frames");
      }
      if (streamId == 0) {
        if ((long) sendWindow + increment > WHOLE_WINDOW) {
          throw new ConnectionFault(
              Http2Error.FLOW_CONTROL_ERROR, "the connection's window grew beyond its limit");
        }
        sendWindow += increment;
        drainWaiting();
        return;
      }
      Http2Stream stream = streams.get(streamId);
      if (stream == null) {
        if (isIdle(streamId)) {
          throw ConnectionFault.protocol("WINDOW_UPDATE on idle stream " + streamId);
        }
        return;
      }
      if ((long) stream.sendWindow + increment > WHOLE_WINDOW) {
        countReset();
        faultStream(
            stream, Http2Error.FLOW_CONTROL_ERROR, "the stream's window grew beyond its limit");
        return;
      }
      stream.sendWindow += increment;
      if (stream.hasWaiting()) {
        drainStream(stream);
      }
    }

    @Override
    public void unknown() throws ConnectionFault {
      countControl();
    }

    @Override
    public void streamFault(int streamId, long errorCode, String why) throws ConnectionFault {
      countReset();
      Http2Error error = Http2Error.valueOf(errorCode);
      Http2Stream stream = streams.get(streamId);
      if (stream != null) {
        faultStream(stream, error, why);
      } else {
        counters.fault(error);
        writer().reset(streamId, errorCode);
        touch();
      }
    }
  }

  static final String TOO_LARGE = "metadata is larger than the limit";
  private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");

  private static long number(CharSequence digits) {
    long value = 0;
    if (digits.isEmpty() || digits.length() > 18) {
      return -2;
    }
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -2;
      }
      value = value * 10 + digit;
    }
    return value;
  }

  /** What is wrong with a first header block; null: nothing. */
  abstract @Nullable String wrongStart(Http2Headers headers);

  /** A stream is refused whose headers were too large. */
  abstract void tooLarge(int streamId, boolean endStream);

  /** A stream's identifier is used up without a stream. */
  abstract void refuseStream(int streamId);
}

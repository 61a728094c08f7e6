package dev.weir.router.http2;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A client's connection. Event loop only. */
public final class ServerConnection extends Http2Connection {
  private static final long DRAIN_PING = 0x7765_6972;
  private static final long FAREWELL_MILLIS = 1000;

  private final StreamAcceptor acceptor;
  private final int maxConcurrentStreams;
  private final int maxMetadataBytes;
  private final Consumer<ServerConnection> onEnd;
  private int lastStream;
  private boolean draining;

  /** Decides what becomes of a new stream. */
  @FunctionalInterface
  public interface StreamAcceptor {
    /** What becomes of a stream that begins with these headers. */
    NewStream accept(ServerConnection connection, Http2Headers headers);
  }

  /** Makes the listener of a stream. */
  @FunctionalInterface
  public interface NewStream {
    /** The stream's listener; what came is told to it next. */
    StreamListener listenTo(Http2Stream stream);
  }

  /**
   * @param maxConcurrentStreams streams of this connection at the same time
   * @param maxMetadataBytes largest header list taken
   * @param onEnd called once when the connection is gone
   */
  public ServerConnection(
      Http2Loop loop,
      Http2Limits limits,
      Http2Counters counters,
      int maxConcurrentStreams,
      int maxMetadataBytes,
      StreamAcceptor acceptor,
      Consumer<ServerConnection> onEnd) {
    super(loop, limits, counters, maxMetadataBytes);
    this.maxConcurrentStreams = maxConcurrentStreams;
    this.maxMetadataBytes = maxMetadataBytes;
    this.acceptor = acceptor;
    this.onEnd = onEnd;
  }

  @Override
  void started() {
    writer()
        .settings(
            MAX_CONCURRENT_STREAMS,
            maxConcurrentStreams,
            INITIAL_WINDOW_SIZE,
            limits.streamWindow(),
            MAX_HEADER_LIST_SIZE,
            maxMetadataBytes);
    int more = limits.connectionWindow() - 65_535;
    if (more > 0) {
      writer().windowUpdate(0, more);
    }
  }

  /**
   * Asks the client to take its next requests elsewhere, lets those in flight finish, and closes.
   * Two GOAWAYs with a round trip between them, so that no request that is on its way is lost (RFC
   * 9113, 6.8). Idempotent.
   */
  public void drain() {
    if (draining || gone) {
      return;
    }
    draining = true;
    writer().goAway(Integer.MAX_VALUE, Http2Error.NO_ERROR.code(), "");
    writer().ping(DRAIN_PING, false);
    touch();
    context().executor().schedule(this::lastGoAway, FAREWELL_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void lastGoAway() {
    if (goAwaySent || gone) {
      return;
    }
    goAwaySent = true;
    writer().goAway(lastStream, Http2Error.NO_ERROR.code(), "");
    touch();
    streamClosed();
  }

  /** Closes now; streams end as lost. */
  public void closeNow() {
    if (!gone) {
      channel().close();
    }
  }

  @Override
  void streamClosed() {
    if (goAwaySent && streams.isEmpty()) {
      closeWhenSent();
    }
  }

  @Override
  void pingAcknowledged(long payload) {
    if (payload == DRAIN_PING && draining) {
      lastGoAway();
    }
  }

  @Override
  int lastPeerStream() {
    return lastStream;
  }

  @Override
  boolean isIdle(int streamId) {
    return (streamId & 1) == 0 || streamId > lastStream;
  }

  @Override
  @Nullable Http2Stream streamFor(int streamId, Http2Headers headers) throws ConnectionFault {
    if ((streamId & 1) == 0) {
      throw ConnectionFault.protocol("a client's stream with an even identifier");
    }
    lastStream = streamId;
    if (goAwaySent || streams.size() >= maxConcurrentStreams) {
      counters.refusedStream();
      writer().reset(streamId, Http2Error.REFUSED_STREAM.code());
      touch();
      return null;
    }
    var stream = new Http2Stream(this, streamId, limits.streamWindow());
    stream.listen(acceptor.accept(this, headers).listenTo(stream));
    stream.sendWindow = initialSendWindow();
    streams.put(streamId, stream);
    return stream;
  }

  @Override
  @Nullable String wrongStart(Http2Headers headers) {
    if (headers.method() == null || headers.scheme() == null) {
      return "a request without :method or :scheme";
    }
    CharSequence path = headers.path();
    if (path == null || path.isEmpty()) {
      return "a request without :path";
    }
    return headers.status() != null ? "a request with :status" : null;
  }

  @Override
  void tooLarge(int streamId, boolean endStream) {
    lastStream = streamId;
    var answer = new DefaultHttp2Headers(false);
    answer.status("431");
    var stream = new Http2Stream(this, streamId, limits.streamWindow());
    stream.listen(RefusedStream.INSTANCE);
    stream.headersReceived = true;
    stream.remoteEnded = endStream;
    streams.put(streamId, stream);
    stream.sendHeaders(answer, true);
    stream.reset(Http2Error.NO_ERROR);
  }

  @Override
  void refuseStream(int streamId) {
    if ((streamId & 1) == 1) {
      lastStream = Math.max(lastStream, streamId);
    }
  }

  @Override
  void peerSetting(int id, long value) {
    // what limits streams of ours concerns pushes only, and there are none
  }

  @Override
  void peerSettingsTaken() {}

  @Override
  void peerGoesAway(int lastStreamId, long errorCode, String debug) {
    // it will close when it has its answers
  }

  @Override
  void ended() {
    onEnd.accept(this);
  }
}

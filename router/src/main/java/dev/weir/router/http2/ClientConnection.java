package dev.weir.router.http2;

import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** A connection to a worker. Event loop only. */
public final class ClientConnection extends Http2Connection {
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  /** Identifiers end at 2^31 - 1; a connection is left well before. */
  private static final int LAST_ID = Integer.MAX_VALUE - 1000;

  private final Owner owner;
  private final int maxMetadataBytes;
  private int nextId;
  // until the peer says otherwise, not more than it must expect at least (RFC 9113, 6.5.2)
  private int maxConcurrentStreams = 100;
  private boolean leaving;
  private boolean usable;

  /** Who opened it. */
  public interface Owner {
    /** Streams can be opened (again). May be said though nothing has changed. */
    void usable(ClientConnection connection);

    /** No stream can be opened any more; those that are open may go on. Called once. */
    void leaving(ClientConnection connection, String why);
  }

  /** A connection whose channel is about to be active. */
  public ClientConnection(
      Http2Loop loop,
      Http2Limits limits,
      Http2Counters counters,
      int maxMetadataBytes,
      Owner owner) {
    this(loop, limits, counters, maxMetadataBytes, owner, 1);
  }

  /** One whose first stream has this identifier, which is odd. */
  ClientConnection(
      Http2Loop loop,
      Http2Limits limits,
      Http2Counters counters,
      int maxMetadataBytes,
      Owner owner,
      int firstId) {
    super(loop, limits, counters, maxMetadataBytes);
    this.maxMetadataBytes = maxMetadataBytes;
    this.owner = owner;
    this.nextId = firstId;
  }

  @Override
  void started() {
    writer().preface(PREFACE);
    writer()
        .settings(
            ENABLE_PUSH,
            0,
            INITIAL_WINDOW_SIZE,
            limits.streamWindow(),
            MAX_HEADER_LIST_SIZE,
            maxMetadataBytes);
    int more = limits.connectionWindow() - 65_535;
    if (more > 0) {
      writer().windowUpdate(0, more);
    }
  }

  /** Whether a stream can be opened now. */
  public boolean canOpen() {
    return usable && !leaving && !gone && streams.size() < maxConcurrentStreams;
  }

  /** Whether it takes no streams ever again. */
  public boolean isLeaving() {
    return leaving || gone;
  }

  /** Opens a stream; only when {@link #canOpen}. */
  public Http2Stream open(StreamListener listener) {
    int id = nextId;
    nextId += 2;
    var stream = new Http2Stream(this, id, limits.streamWindow());
    stream.listen(listener);
    stream.sendWindow = initialSendWindow();
    streams.put(id, stream);
    if (nextId >= LAST_ID) {
      leave("stream identifiers are used up");
    }
    return stream;
  }

  /** Takes no further streams, and closes when those that are open have ended. Idempotent. */
  public void leave(String why) {
    if (!leaving) {
      leaving = true;
      owner.leaving(this, why);
      if (!gone) {
        streamClosed();
      }
    }
  }

  @Override
  void streamClosed() {
    if (leaving) {
      if (streams.isEmpty()) {
        closeWhenSent();
      }
    } else if (!gone && streams.size() == maxConcurrentStreams - 1) {
      owner.usable(this);
    }
  }

  @Override
  int lastPeerStream() {
    return 0;
  }

  @Override
  boolean isIdle(int streamId) {
    return (streamId & 1) == 0 || streamId >= nextId;
  }

  @Override
  @Nullable Http2Stream streamFor(int streamId, Http2Headers headers) throws ConnectionFault {
    throw ConnectionFault.protocol("HEADERS on idle stream " + streamId);
  }

  @Override
  @Nullable String wrongStart(Http2Headers headers) {
    return headers.method() != null || headers.path() != null ? "an answer with :method" : null;
  }

  @Override
  void tooLarge(int streamId, boolean endStream) {}

  @Override
  void refuseStream(int streamId) {}

  @Override
  void peerSetting(int id, long value) {
    if (id == MAX_CONCURRENT_STREAMS) {
      maxConcurrentStreams = (int) Math.min(value, Integer.MAX_VALUE);
    }
  }

  @Override
  void peerSettingsTaken() {
    usable = true;
    if (canOpen()) {
      // also when the worker allows more than before: somebody may wait
      owner.usable(this);
    }
  }

  @Override
  void pingAcknowledged(long payload) {}

  @Override
  void peerGoesAway(int lastStreamId, long errorCode, String debug) {
    for (Http2Stream stream : new ArrayList<>(streams.values())) {
      if (stream.id() > lastStreamId) {
        unprocessed(stream, "the worker is leaving");
      }
    }
    leave("GOAWAY " + errorCode + (debug.isEmpty() ? "" : ": " + debug));
  }

  @Override
  void ended() {
    leave("the connection was lost");
  }
}

package dev.weir.router.http2;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a connection. What the peer's windows do not allow to be sent yet waits here, each
 * piece with the stream that is owed credit for it. Event loop only.
 */
public final class Http2Stream {
  /** Bytes of a frame header: the headroom that content can be sent in place with. */
  public static final int HEADROOM_BYTES = FrameWriter.HEADER_BYTES;

  /** Content of at most so many bytes is copied when it is sent; longer is sent as a slice. */
  public static final int COPIED_BYTES = FrameWriter.COPY_AT_MOST;

  /**
   * Pieces that the peer's windows cut shorter than this do not explain its WINDOW_UPDATE frames:
   * one that takes a few bytes at a time costs more than it gets (CVE-2019-9511).
   */
  private static final int DRIBBLE_BYTES = 1024;

  private final Http2Connection connection;
  private final int id;
  private StreamListener listener;
  final ReceiveWindow receive;
  int sendWindow;

  /** Content bytes that content-length announced and that have not come; -1: not announced. */
  long contentLeft = -1;

  boolean headersReceived;
  boolean remoteEnded;
  boolean localEnded;
  boolean localSent;
  boolean closed;
  boolean waiting;
  private @Nullable Piece first;
  private @Nullable Piece last;
  private int queuedBytes;

  /** DATA, or trailers when there is no buffer. */
  private static final class Piece {
    private final @Nullable ByteBuf buffer;
    private int index;
    private int length;
    private boolean headroom;
    private final @Nullable Http2Stream debtTo;
    private int debt;
    private final boolean end;
    private final @Nullable Http2Headers headers;
    private @Nullable Piece next;

    Piece(
        @Nullable ByteBuf buffer,
        int index,
        int length,
        boolean headroom,
        @Nullable Http2Stream debtTo,
        int debt,
        boolean end,
        @Nullable Http2Headers headers) {
      this.buffer = buffer;
      this.index = index;
      this.length = length;
      this.headroom = headroom;
      this.debtTo = debtTo;
      this.debt = debt;
      this.end = end;
      this.headers = headers;
    }
  }

  Http2Stream(Http2Connection connection, int id, int receiveWindow) {
    this.connection = connection;
    this.id = id;
    this.listener = RefusedStream.INSTANCE;
    this.receive = new ReceiveWindow(receiveWindow);
  }

  /** Stream identifier. */
  public int id() {
    return id;
  }

  /** Its connection. */
  public Http2Connection connection() {
    return connection;
  }

  StreamListener listener() {
    return listener;
  }

  /** Who is told; before anything comes. */
  void listen(StreamListener whom) {
    listener = whom;
  }

  /** Whether nothing can be sent any more. */
  public boolean isClosed() {
    return closed;
  }

  /** Whether this side has ended, or is about to when its queue is sent. */
  public boolean isLocalEnded() {
    return localEnded;
  }

  /** Whether the peer has ended. */
  public boolean isRemoteEnded() {
    return remoteEnded;
  }

  /** Bytes that wait for the peer's windows. */
  public int queuedBytes() {
    return queuedBytes;
  }

  /** Says that received bytes are held here no more. On a closed stream, to the connection. */
  public void credit(int bytes) {
    if (bytes == 0) {
      return;
    }
    connection.creditConnection(bytes);
    int increment = receive.credit(bytes);
    if (increment > 0 && !closed && !remoteEnded) {
      connection.sendWindowUpdate(id, increment);
    }
  }

  /** Sends headers, or trailers, behind what waits. The object is the stream's from now on. */
  public void sendHeaders(Http2Headers headers, boolean end) {
    if (closed || localEnded) {
      return;
    }
    localEnded = end;
    if (first == null) {
      connection.writeHeaders(this, headers, end);
    } else {
      append(new Piece(null, 0, 0, false, null, 0, end, headers));
    }
  }

  /**
   * Sends content behind what waits. Bytes are copied or retained; the buffer stays the caller's.
   *
   * @param headroom the bytes of one frame header before the index may be overwritten
   * @param debtTo stream whose peer gets credit once these bytes are sent or dropped; null: nobody
   * @param debt how much credit
   */
  public void sendData(
      ByteBuf buffer,
      int index,
      int length,
      boolean headroom,
      @Nullable Http2Stream debtTo,
      int debt,
      boolean end) {
    if (closed || localEnded) {
      if (debtTo != null) {
        debtTo.credit(debt);
      }
      return;
    }
    localEnded = end;
    if (first == null && connection.maySend(this, length)) {
      connection.writeData(this, buffer, index, length, headroom, end);
      connection.explainUpdates();
      if (debtTo != null) {
        debtTo.credit(debt);
      }
      return;
    }
    append(new Piece(buffer.retain(), index, length, headroom, debtTo, debt, end, null));
    queuedBytes += length;
    connection.queued(length);
    connection.await(this);
  }

  private void append(Piece piece) {
    Piece tail = last;
    if (tail == null) {
      first = piece;
    } else {
      tail.next = piece;
    }
    last = piece;
  }

  /**
   * Sends what the windows allow, about so many bytes at most.
   *
   * @return whether it could go on at once
   */
  boolean sendWaiting(int quantum) {
    int left = quantum;
    Piece piece = first;
    while (piece != null) {
      ByteBuf buffer = piece.buffer;
      if (buffer == null) {
        shift(piece);
        Http2Headers headers = piece.headers;
        if (headers != null) {
          connection.writeHeaders(this, headers, piece.end);
        }
      } else {
        int part = connection.sendable(this, piece.length);
        if (part == 0 && piece.length > 0) {
          return false;
        }
        sendPart(piece, buffer, part);
        left -= part;
      }
      piece = first;
      if (left <= 0) {
        return piece != null;
      }
    }
    return false;
  }

  boolean hasWaiting() {
    return first != null;
  }

  private void sendPart(Piece piece, ByteBuf buffer, int part) {
    boolean whole = part == piece.length;
    int index = piece.index;
    boolean headroom = piece.headroom;
    if (whole) {
      shift(piece);
    } else {
      piece.index += part;
      piece.length -= part;
      // the part before may still be on its way to the socket
      piece.headroom = false;
    }
    queuedBytes -= part;
    connection.queued(-part);
    connection.writeData(this, buffer, index, part, headroom, whole && piece.end);
    if (whole || part >= DRIBBLE_BYTES) {
      connection.explainUpdates();
    }
    if (piece.debtTo != null) {
      int paid = whole ? piece.debt : Math.min(part, piece.debt);
      piece.debt -= paid;
      piece.debtTo.credit(paid);
    }
    if (whole) {
      buffer.release();
    }
  }

  private void shift(Piece piece) {
    first = piece.next;
    if (first == null) {
      last = null;
    }
  }

  /** Ends the stream now, in both directions; what waits is dropped. Idempotent. */
  public void reset(Http2Error error) {
    if (!closed) {
      connection.resetByUs(this, error);
    }
  }

  /**
   * When all of this side has left, the peer need not send the rest of its own (RFC 9113, 8.1).
   *
   * @return whether the stream is over
   */
  public boolean endEarly() {
    if (localEnded && queuedBytes == 0 && !remoteEnded) {
      reset(Http2Error.NO_ERROR);
    }
    return closed;
  }

  /** Drops what waits and pays what is owed for it. */
  void dropWaiting() {
    Piece piece = first;
    first = null;
    last = null;
    while (piece != null) {
      if (piece.buffer != null) {
        piece.buffer.release();
        queuedBytes -= piece.length;
        connection.queued(-piece.length);
        if (piece.debtTo != null) {
          piece.debtTo.credit(piece.debt);
        }
      }
      piece = piece.next;
    }
  }
}

package dev.weir.router.relay;

import dev.weir.router.http2.Http2Stream;
import dev.weir.router.wire.StatusCode;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Takes one message after another off a stream, each of them whole. While its taker is not ready it
 * reads nothing: what comes waits here, at most the stream's window, since it is credited when it
 * is read. So it holds one message and one window. Loop thread only.
 */
final class MessageReader {
  /** Who gets the messages. */
  interface Taker {
    /** Whether it takes another one; when it does again, {@link #resume} is called. */
    boolean isReady();

    /** Here is one, whole and paid for. The taker closes it. */
    void take(MessageFlow message);

    /** The next one cannot be taken, nor what is behind it. */
    void refused(StatusCode code, String text);

    /**
     * Nothing more comes, and every message was taken.
     *
     * @param inMessage whether it ended inside one, which was dropped
     */
    void finished(boolean inMessage);
  }

  /** Bytes that were not read yet. */
  private static final class Waiting {
    private final ByteBuf bytes;
    private final boolean hasRoom;
    private int at;
    private int end;

    Waiting(ByteBuf bytes, int at, int end, boolean hasRoom) {
      this.bytes = bytes;
      this.at = at;
      this.end = end;
      this.hasRoom = hasRoom;
    }
  }

  private final CallContext context;
  private final Taker taker;
  private final Deque<Waiting> waiting = new ArrayDeque<>(0);
  private @Nullable MessageFlow current;
  private int collected;
  private boolean reading;
  private boolean ended;
  private boolean over;

  MessageReader(CallContext context, Taker taker) {
    this.context = context;
    this.taker = taker;
  }

  /** Bytes have come. */
  void data(Http2Stream from, ByteBuf in, int length, boolean headroom) {
    int at = in.readerIndex();
    int end = at + length;
    if (!reading && waiting.isEmpty()) {
      at = read(from, in, at, end, headroom);
    }
    if (over) {
      from.credit(end - at);
    } else if (at < end) {
      keep(in, at, end);
    }
  }

  /** Nothing more comes. */
  void end() {
    ended = true;
    finishWhenRead();
  }

  /** The taker may be ready again. */
  void resume(Http2Stream from) {
    if (reading) {
      return;
    }
    while (!over && !waiting.isEmpty() && taker.isReady()) {
      Waiting next = waiting.removeFirst();
      next.at = read(from, next.bytes, next.at, next.end, false);
      if (next.at < next.end && !over) {
        waiting.addFirst(next);
      } else {
        from.credit(next.end - next.at);
        next.bytes.release();
      }
    }
    finishWhenRead();
  }

  private void finishWhenRead() {
    if (ended && !over && !reading && waiting.isEmpty()) {
      over = true;
      boolean inMessage = current != null;
      dropCurrent();
      taker.finished(inMessage);
    }
  }

  /** Reads what the taker takes; returns where it stopped. */
  private int read(Http2Stream from, ByteBuf in, int start, int end, boolean headroom) {
    reading = true;
    int at = start;
    boolean room = headroom;
    while (at < end && !over && taker.isReady()) {
      at = readSome(from, in, at, end, room);
      // what is before a second message was the first one's, and may be on its way
      room = false;
    }
    reading = false;
    return at;
  }

  private int readSome(Http2Stream from, ByteBuf in, int start, int end, boolean headroom) {
    MessageFlow message = current;
    if (message == null) {
      message = new MessageFlow(context.allocator(), null, 0);
      current = message;
    }
    int at = start;
    boolean room = headroom;
    if (!message.hasPrefix()) {
      int prefix = message.prefix(from, in, at, end - at);
      at += prefix;
      room = headroom && prefix == MessageFlow.PREFIX_BYTES;
      String tooLong = message.hasPrefix() ? message.tooLong(context.maxMessageBytes()) : null;
      if (tooLong != null) {
        refuse(StatusCode.RESOURCE_EXHAUSTED, tooLong);
        return at;
      }
    }
    int part = message.hasPrefix() ? Math.min(end - at, message.length() - message.taken()) : 0;
    if (part > 0) {
      message.payload(from, in, at, part, room);
      message.payAll(from);
      at += part;
    }
    if (message.isComplete()) {
      current = null;
      count(-collected);
      taker.take(message);
    } else {
      count(part);
      if (context.holdsTooMuch()) {
        Entry.Refused tooMuch = context.tooMuch();
        refuse(tooMuch.code(), tooMuch.text());
      }
    }
    return at;
  }

  private void count(int bytes) {
    if (bytes != 0) {
      collected += bytes;
      context.counters().queued(bytes);
    }
  }

  private void refuse(StatusCode code, String text) {
    over = true;
    dropCurrent();
    taker.refused(code, text);
  }

  /** Small pieces are collected, so that each of them does not hold a whole receive buffer. */
  private void keep(ByteBuf in, int at, int end) {
    int count = end - at;
    if (count > Http2Stream.COPIED_BYTES) {
      waiting.addLast(new Waiting(in.retain(), at, end, false));
      return;
    }
    Waiting last = waiting.peekLast();
    if (last == null || !last.hasRoom || last.bytes.writableBytes() < count) {
      ByteBuf room =
          context.allocator().directBuffer(Http2Stream.COPIED_BYTES, Http2Stream.COPIED_BYTES);
      last = new Waiting(room, 0, 0, true);
      waiting.addLast(last);
    }
    last.bytes.writeBytes(in, at, count);
    last.end += count;
  }

  private void dropCurrent() {
    MessageFlow message = current;
    if (message != null) {
      current = null;
      message.dropPieces();
    }
    count(-collected);
  }

  /** Drops everything and pays for it; what still comes is the caller's to pay. */
  void close(Http2Stream from) {
    over = true;
    dropCurrent();
    for (Waiting each = waiting.pollFirst(); each != null; each = waiting.pollFirst()) {
      from.credit(each.end - each.at);
      each.bytes.release();
    }
  }
}

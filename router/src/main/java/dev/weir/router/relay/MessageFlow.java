package dev.weir.router.relay;

import dev.weir.router.http2.Http2Stream;
import dev.weir.router.limit.ByteBudget;
import dev.weir.router.stored.RequestKey;
import dev.weir.router.wire.MalformedRequestException;
import dev.weir.router.wire.RequestPeek;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One length-prefixed gRPC message on its way from one stream to another. Its payload is held in
 * pieces until it is known where it goes; from then on pieces are passed on as they come. A few
 * bytes can be appended: the length in the prefix is corrected. Pieces can be kept, so that the
 * message can be sent again. Loop thread only.
 */
final class MessageFlow {
  static final int PREFIX_BYTES = 5;

  /**
   * Pieces up to this size are copied, so that they do not hold a whole receive buffer. What is
   * copied once more when it is sent can be changed for another try.
   */
  private static final int COPY_AT_MOST = Http2Stream.COPIED_BYTES;

  private static final int ROOM_BEFORE = Http2Stream.HEADROOM_BYTES + PREFIX_BYTES;
  private static final int ROOM_BEHIND = 128;

  private record Piece(ByteBuf buffer, int index, int length, boolean roomBefore) {}

  private final ByteBufAllocator allocator;
  private final @Nullable ByteBudget budget;
  private final int keepAtMost;
  private final List<Piece> pieces = new ArrayList<>(1);
  private int prefixSeen;
  private int prefixFlag;
  private int length;
  private int taken;
  private boolean complete;
  private boolean tooMany;
  private boolean keeping = true;
  private int keptBytes;
  private int owed;
  private @Nullable ByteBudget collectedIn;
  private int collectedBytes;
  private @Nullable Http2Stream target;
  private byte[] suffix = NOTHING;
  private boolean endsStream;
  private boolean sentBefore;

  static final byte[] NOTHING = {};

  /**
   * @param budget for what is kept after it was sent; null: nothing is kept then
   * @param keepAtMost largest message that is kept, bytes
   */
  MessageFlow(ByteBufAllocator allocator, @Nullable ByteBudget budget, int keepAtMost) {
    this.allocator = allocator;
    this.budget = budget;
    this.keepAtMost = keepAtMost;
  }

  // ---- what is known of the message

  boolean hasPrefix() {
    return prefixSeen == PREFIX_BYTES;
  }

  boolean isCompressed() {
    return prefixFlag != 0;
  }

  /** Payload bytes that the prefix announces; negative when over 2 GiB. */
  int length() {
    return length;
  }

  /** What is wrong with the length that the prefix announces; null: nothing. */
  @Nullable String tooLong(int maxBytes) {
    return length >= 0 && length <= maxBytes
        ? null
        : Integer.toUnsignedString(length) + " bytes (expected: at most " + maxBytes + ")";
  }

  boolean isComplete() {
    return complete;
  }

  /** Whether bytes of a second message came. */
  boolean isFollowed() {
    return tooMany;
  }

  /** Payload bytes that came. */
  int taken() {
    return taken;
  }

  /** Whether every byte that came is still here, so that it can be sent (again). */
  boolean isKept() {
    return keeping;
  }

  // ---- bytes in

  /**
   * Reads bytes of the prefix.
   *
   * @return how many of the bytes were the prefix's; all of them are paid for
   */
  int prefix(Http2Stream from, ByteBuf in, int index, int available) {
    int count = 0;
    while (prefixSeen < PREFIX_BYTES && count < available) {
      int next = in.getUnsignedByte(index + count++);
      if (prefixSeen == 0) {
        prefixFlag = next;
      } else {
        length = length << 8 | next;
      }
      prefixSeen++;
    }
    from.credit(count);
    if (prefixSeen == PREFIX_BYTES && length == 0) {
      complete = true;
    }
    return count;
  }

  /**
   * Takes payload bytes, or bytes after the message's end, which are dropped.
   *
   * @param roomBefore the bytes of a frame header, and of the prefix when these are the first,
   *     before the index may be overwritten
   */
  void payload(Http2Stream from, ByteBuf in, int index, int available, boolean roomBefore) {
    int count = Math.min(available, length - taken);
    if (count < available) {
      tooMany = true;
      from.credit(available - count);
    }
    if (count == 0) {
      return;
    }
    boolean first = taken == 0;
    taken += count;
    complete = taken == length;
    Http2Stream to = target;
    if (to == null) {
      hold(in, index, count, roomBefore);
      owed += count;
      return;
    }
    boolean keep = keeping && takeRoom();
    if (keep) {
      pass(to, hold(in, index, count, roomBefore), first, complete, from, count);
    } else {
      stopKeeping();
      pass(to, new Piece(in, index, count, roomBefore), first, complete, from, count);
    }
    if (complete) {
      finish(to);
    }
  }

  /** Takes room in the budget for all that is here; false when there is none. */
  private boolean takeRoom() {
    if (budget == null || taken > keepAtMost) {
      return false;
    }
    int more = taken - keptBytes;
    if (!budget.take(more)) {
      return false;
    }
    keptBytes = taken;
    return true;
  }

  private Piece hold(ByteBuf in, int index, int count, boolean roomBefore) {
    Piece piece;
    if (count <= COPY_AT_MOST) {
      ByteBuf copy = allocator.directBuffer(ROOM_BEFORE + count + ROOM_BEHIND);
      copy.setIndex(ROOM_BEFORE, ROOM_BEFORE);
      copy.writeBytes(in, index, count);
      piece = new Piece(copy, ROOM_BEFORE, count, true);
    } else {
      piece = new Piece(in.retain(), index, count, roomBefore);
    }
    pieces.add(piece);
    return piece;
  }

  /** Replaces what came by its inflated form, as if that had come. Nothing was sent yet. */
  void replace(byte[] inflated) {
    dropPieces();
    prefixFlag = 0;
    length = inflated.length;
    taken = inflated.length;
    complete = true;
    if (inflated.length > 0) {
      pieces.add(new Piece(Unpooled.wrappedBuffer(inflated), 0, inflated.length, false));
    }
  }

  /**
   * Replaces a compressed message by what it says.
   *
   * @param atMost longest that it may be then, bytes
   * @return false: it would be longer
   */
  boolean inflate(Inflate how, int atMost) throws IOException {
    byte[] whole = how.message(toBytes(), atMost);
    if (whole == null) {
      return false;
    }
    replace(whole);
    return true;
  }

  /** Shows all that came to what reads it. */
  void show(RequestPeek peek, RelayLoop loop) throws MalformedRequestException {
    for (int i = 0; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      loop.show(peek, piece.buffer(), piece.index(), piece.length());
    }
  }

  /** All that came, where it lies. */
  List<ByteBuffer> views() {
    List<ByteBuffer> views = new ArrayList<>(pieces.size());
    for (Piece piece : pieces) {
      views.add(piece.buffer().nioBuffer(piece.index(), piece.length()));
    }
    return views;
  }

  /** Pays for all that is held: for messages that are collected whole before they are sent. */
  void payAll(Http2Stream from) {
    int paid = owed;
    owed = 0;
    from.credit(paid);
  }

  /**
   * Pays for all that is held, and takes room for it until it is sent or dropped: for messages that
   * are collected whole before anything is decided.
   *
   * @return false when there is no room; nothing more is to be collected then
   */
  boolean collect(Http2Stream from, ByteBudget room) {
    payAll(from);
    int more = taken - collectedBytes;
    if (!room.take(more)) {
      return false;
    }
    collectedIn = room;
    collectedBytes = taken;
    return true;
  }

  private void giveBackCollected() {
    ByteBudget room = collectedIn;
    if (room != null) {
      room.giveBack(collectedBytes);
    }
    collectedIn = null;
    collectedBytes = 0;
  }

  /**
   * The same message once more, of the same bytes, to be sent with other bytes behind it; owes
   * nobody. Only while it is whole and kept.
   */
  MessageFlow share() {
    var shared = new MessageFlow(allocator, null, 0);
    for (Piece piece : pieces) {
      piece.buffer().retain();
      shared.pieces.add(untouchable(piece));
    }
    shared.prefixSeen = PREFIX_BYTES;
    shared.prefixFlag = prefixFlag;
    shared.length = length;
    shared.taken = taken;
    shared.complete = complete;
    shared.sentBefore = true;
    return shared;
  }

  /** What the message asks, without the bytes of a part of it; only while it is whole and kept. */
  RequestKey key(long withoutFrom, long withoutTo) {
    var digest = new RequestKey.Digest();
    long at = 0;
    for (Piece piece : pieces) {
      long end = at + piece.length();
      add(digest, piece, 0, (int) (Math.clamp(withoutFrom, at, end) - at));
      add(digest, piece, (int) (Math.clamp(withoutTo, at, end) - at), piece.length());
      at = end;
    }
    return digest.key();
  }

  private static void add(RequestKey.Digest digest, Piece piece, int from, int to) {
    if (to > from) {
      digest.add(piece.buffer().nioBuffer(piece.index() + from, to - from));
    }
  }

  /** Copies the whole payload. */
  byte[] toBytes() {
    var bytes = new byte[taken];
    int at = 0;
    for (Piece piece : pieces) {
      piece.buffer().getBytes(piece.index(), bytes, at, piece.length());
      at += piece.length();
    }
    return bytes;
  }

  // ---- bytes out

  /**
   * Sends what is here, and from now on what comes.
   *
   * @param from the stream that the bytes came from
   * @param behind bytes to append to the message
   * @param end whether the target's stream ends with the message
   */
  void sendTo(Http2Stream to, Http2Stream from, byte[] behind, boolean end) {
    target = to;
    suffix = prefixFlag == 0 ? behind : NOTHING;
    endsStream = end;
    int debt = owed;
    owed = 0;
    boolean keep = keeping && takeRoom();
    if (!(complete && pieces.size() == 1 && sendCompact(to, from, debt))) {
      sendPieces(to, from, debt);
    }
    sentBefore = true;
    giveBackCollected();
    if (!keep) {
      stopKeeping();
    }
  }

  private void sendPieces(Http2Stream to, Http2Stream from, int owedForAll) {
    int debt = owedForAll;
    if (length == 0) {
      sendPrefix(to, suffix.length == 0 && endsStream);
    }
    for (int i = 0; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      boolean last = complete && i == pieces.size() - 1;
      int paid = last ? debt : Math.min(debt, piece.length());
      debt -= paid;
      // what was sent before may still be on its way: its surroundings are not to be touched again
      pass(to, sentBefore ? untouchable(piece) : piece, i == 0, last, from, paid);
    }
    from.credit(debt);
    if (complete) {
      finish(to);
    }
  }

  private static Piece untouchable(Piece piece) {
    return new Piece(piece.buffer(), piece.index(), piece.length(), false);
  }

  /** The usual small message: one frame with prefix, payload and what is appended. */
  private boolean sendCompact(Http2Stream to, Http2Stream from, int debt) {
    Piece piece = pieces.getFirst();
    int whole = PREFIX_BYTES + piece.length() + suffix.length;
    if (piece.index() != ROOM_BEFORE
        || whole > COPY_AT_MOST
        || suffix.length > ROOM_BEHIND
        || !piece.roomBefore()) {
      return false;
    }
    ByteBuf buffer = piece.buffer();
    int start = piece.index() - PREFIX_BYTES;
    buffer.setByte(start, prefixFlag);
    buffer.setInt(start + 1, length + suffix.length);
    buffer.setBytes(piece.index() + piece.length(), suffix);
    to.sendData(buffer, start, whole, false, from, debt, endsStream);
    return true;
  }

  private void sendPrefix(Http2Stream to, boolean end) {
    ByteBuf prefix = allocator.directBuffer(PREFIX_BYTES);
    prefix.writeByte(prefixFlag);
    prefix.writeInt(length + suffix.length);
    to.sendData(prefix, 0, PREFIX_BYTES, false, null, 0, end);
    prefix.release();
  }

  private void pass(
      Http2Stream to, Piece piece, boolean first, boolean last, Http2Stream from, int debt) {
    boolean end = last && endsStream && suffix.length == 0;
    int index = piece.index();
    if (first && piece.roomBefore() && index >= ROOM_BEFORE) {
      int start = index - PREFIX_BYTES;
      piece.buffer().setByte(start, prefixFlag);
      piece.buffer().setInt(start + 1, length + suffix.length);
      to.sendData(piece.buffer(), start, PREFIX_BYTES + piece.length(), true, from, debt, end);
      return;
    }
    if (first) {
      sendPrefix(to, false);
    }
    to.sendData(piece.buffer(), index, piece.length(), piece.roomBefore(), from, debt, end);
  }

  private void finish(Http2Stream to) {
    if (suffix.length > 0) {
      ByteBuf appended = Unpooled.wrappedBuffer(suffix);
      to.sendData(appended, 0, suffix.length, false, null, 0, endsStream);
    }
  }

  // ---- the end

  /** Nothing more is sent to the target; what is kept stays. */
  void detach() {
    target = null;
  }

  private void stopKeeping() {
    keeping = false;
    dropPieces();
  }

  /** Drops what is here. */
  void dropPieces() {
    for (int i = 0; i < pieces.size(); i++) {
      pieces.get(i).buffer().release();
    }
    pieces.clear();
    giveBackCollected();
    if (keptBytes > 0 && budget != null) {
      budget.giveBack(keptBytes);
    }
    keptBytes = 0;
  }

  /** Drops everything and pays what is owed. */
  void close(Http2Stream from) {
    keeping = false;
    target = null;
    payAll(from);
    dropPieces();
  }
}

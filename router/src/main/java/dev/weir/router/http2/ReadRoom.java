package dev.weir.router.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * Receive buffers of a fixed size with room for a frame header before the first byte, so that a
 * piece of DATA which begins a buffer can be forwarded in place too.
 */
public final class ReadRoom implements RecvByteBufAllocator {
  /** Bytes kept free. */
  static final int BYTES = 16;

  private final int size;
  private final int maxReads;

  /**
   * @param size bytes of a buffer
   * @param maxReads buffers read in one turn of the loop from one connection
   */
  public ReadRoom(int size, int maxReads) {
    this.size = size;
    this.maxReads = maxReads;
  }

  @Override
  @SuppressWarnings("deprecation")
  public Handle newHandle() {
    return new FixedHandle(size, maxReads);
  }

  private static final class FixedHandle implements ExtendedHandle {
    private final int size;
    private final int maxReads;
    private int reads;
    private int attempted;
    private int lastRead;

    FixedHandle(int size, int maxReads) {
      this.size = size;
      this.maxReads = maxReads;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      ByteBuf buffer = allocator.directBuffer(size, size);
      buffer.setIndex(BYTES, BYTES);
      return buffer;
    }

    @Override
    public int guess() {
      return size;
    }

    @Override
    public void reset(ChannelConfig config) {
      reads = 0;
      lastRead = 0;
    }

    @Override
    public void incMessagesRead(int messages) {
      reads += messages;
    }

    @Override
    public void lastBytesRead(int bytes) {
      lastRead = bytes;
    }

    @Override
    public int lastBytesRead() {
      return lastRead;
    }

    @Override
    public void attemptedBytesRead(int bytes) {
      attempted = bytes;
    }

    @Override
    public int attemptedBytesRead() {
      return attempted;
    }

    @Override
    public boolean continueReading() {
      // a read that did not fill its buffer has emptied the socket
      return reads < maxReads && lastRead == attempted && lastRead > 0;
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
      return continueReading();
    }

    @Override
    public void readComplete() {}
  }
}

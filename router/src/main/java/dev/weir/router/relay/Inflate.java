package dev.weir.router.relay;

import io.netty.util.AsciiString;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** The message encodings that are taken: gzip (RFC 1952) and deflate (zlib, RFC 1950). */
enum Inflate {
  GZIP {
    @Override
    InputStream open(InputStream in) throws IOException {
      return new GZIPInputStream(in);
    }
  },
  DEFLATE {
    @Override
    InputStream open(InputStream in) {
      return new InflaterInputStream(in) {
        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
          int count = super.read(into, offset, length);
          if (count < 0 && inf.needsDictionary()) {
            // to the class above that is an end like any other
            throw new ZipException("it needs a preset dictionary");
          }
          return count;
        }
      };
    }
  };

  /** Whether a {@code grpc-encoding} says that nothing is compressed. */
  static boolean isNone(@Nullable CharSequence encoding) {
    return encoding == null || AsciiString.contentEquals(encoding, "identity");
  }

  /** The one of a {@code grpc-encoding}; null: none of those taken. */
  static @Nullable Inflate of(CharSequence encoding) {
    if (AsciiString.contentEquals(encoding, "gzip")) {
      return GZIP;
    }
    return AsciiString.contentEquals(encoding, "deflate") ? DEFLATE : null;
  }

  abstract InputStream open(InputStream in) throws IOException;

  /**
   * Inflates a message.
   *
   * @param atMost largest result, bytes
   * @return null when it would be larger
   * @throws IOException when it cannot be inflated
   */
  byte @Nullable [] message(byte[] deflated, int atMost) throws IOException {
    try (InputStream in = open(new ByteArrayInputStream(deflated))) {
      byte[] message = in.readNBytes(atMost);
      return in.read() < 0 ? message : null;
    }
  }
}

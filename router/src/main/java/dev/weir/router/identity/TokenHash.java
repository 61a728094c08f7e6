package dev.weir.router.identity;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 of a token: what is remembered in its place. */
record TokenHash(long a, long b, long c, long d) {
  static TokenHash of(String token) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
      ByteBuffer longs = ByteBuffer.wrap(digest);
      return new TokenHash(longs.getLong(), longs.getLong(), longs.getLong(), longs.getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public int hashCode() {
    return (int) a; // as well mixed as any
  }
}

package dev.weir.router.stored;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What a request asks, whoever asks it: SHA-256 (FIPS 180-4) of its bytes without its id. Two
 * requests with one key are the same request for all practical purposes, also when somebody tries.
 */
public record RequestKey(long first, long second, long third, long fourth) {
  /** Takes the bytes of a request, in order. Not thread-safe. */
  public static final class Digest {
    private final MessageDigest sha;

    /** Of no bytes yet. */
    public Digest() {
      try {
        sha = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform has SHA-256", e);
      }
    }

    /** Takes the buffer's remaining bytes. */
    public void add(ByteBuffer bytes) {
      sha.update(bytes);
    }

    /** The key; the digest is of no bytes again. */
    public RequestKey key() {
      ByteBuffer hash = ByteBuffer.wrap(sha.digest());
      return new RequestKey(hash.getLong(), hash.getLong(), hash.getLong(), hash.getLong());
    }
  }
}

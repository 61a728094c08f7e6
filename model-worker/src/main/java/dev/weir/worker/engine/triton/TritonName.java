package dev.weir.worker.engine.triton;

import dev.weir.worker.engine.VersionKey;
import java.util.regex.Pattern;

/**
 * The name that one artifact of one version has in Triton: model, version and the first 12 digits
 * of the digest, which keeps two databases of a registry apart. Made of checked parts only, at most
 * 162 characters: Triton ends its process over names that are too long for a file.
 */
record TritonName(String text) {
  private static final int DIGEST_DIGITS = 12;
  private static final Pattern OURS = Pattern.compile(".+--[1-9][0-9]*--[0-9a-f]{12}");

  static TritonName of(VersionKey key, String sha256) {
    if (!sha256.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("digest of " + key + ": " + sha256);
    }
    return new TritonName(
        key.model() + "--" + key.version() + "--" + sha256.substring(0, DIGEST_DIGITS));
  }

  /** Whether a name in Triton was made here. */
  static boolean isOurs(String text) {
    return OURS.matcher(text).matches();
  }

  @Override
  public String toString() {
    return text;
  }
}
